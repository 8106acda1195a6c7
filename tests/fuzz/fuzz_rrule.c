/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_rrule.c - recurrence rules from anybody: eight bytes that choose the start and the
 * window, then the text. Whatever it is, the answer is bounded, ascending and within the
 * window. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agenda/recur.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[RECUR_TEXT_MAX + 8], error[RECUR_ERROR_SIZE] = "";
	civil_day first, from, to, extra[2];
	civil_time start, *starts = NULL;
	size_t n = 0;
	int valid;

	if (size < 8)
		return 0;
	first = (data[0] | data[1] << 8) % (CIVIL_DAY_MAX + 1);
	from = (data[2] | data[3] << 8) % (CIVIL_DAY_MAX + 1);
	to = from + (data[4] | data[5] << 8);
	start = civil_time_from(first, data[6] * 5);
	extra[0] = from + data[7];
	extra[1] = first;
	data += 8;
	size -= 8;
	if (size >= sizeof text)
		size = sizeof text - 1;
	memcpy(text, data, size);
	text[size] = '\0';

	valid = recur_check(text, start, error) == 0;
	if (valid != (error[0] == '\0') || strlen(error) >= RECUR_ERROR_SIZE)
		abort();
	if (recur_expand(text, start, CIVIL_DAY_NONE, &extra[1], valid, extra, 2, from,
			 to, &starts, &n) != 0) {
		if (valid)
			abort();
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		civil_day day = civil_time_day(starts[i]);

		if (day < from || day >= to || (i > 0 && starts[i] <= starts[i - 1]) ||
		    (valid && day == first))
			abort();
	}
	free(starts);
	return 0;
}
