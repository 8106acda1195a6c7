/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_catalogue.c - catalogues of gettext from anybody: refused, or read without harm
 * whatever is asked. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/lang.h"
#include "http/plural.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lang *l;
	struct plural p;

	log_set_level(LOG_LEVEL_ERR);
	if (!plural_parse((const char *)data, size, &p))
		for (unsigned long n = 0; n < 200; n++)
			if (plural_form(&p, n) >= p.nforms)
				abort();
	l = lang_parse("en", data, size);
	if (strlen(tr(l, "Annuler")) > size + 7)
		abort();
	for (long n = 0; n < 5; n++)
		if (strlen(trn(l, "%s place", "%s places", n)) > size + 9)
			abort();
	lang_free(l);
	return 0;
}
