/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_place.c - see agenda_place.h. */
#include "web/agenda_place.h"

#define DAY_MINUTES 1440

static int clamp(int minute)
{
	return minute < 0 ? 0 : minute > DAY_MINUTES ? DAY_MINUTES : minute;
}

static int lane_is_free(const struct place_span *spans, size_t n,
			const struct place_span *s, int lane)
{
	for (size_t i = 0; i < n; i++)
		if (spans[i].lane == lane && spans[i].row < s->row + s->rows &&
		    s->row < spans[i].row + spans[i].rows)
			return 0;
	return 1;
}

int place_spans(struct place_span *spans, size_t n)
{
	int lanes = 1;

	for (size_t i = 0; i < n; i++) {
		struct place_span *s = &spans[i];
		int from = clamp(s->from), to = clamp(s->to);

		if (to <= from)
			to = from + 1;
		s->row = from / PLACE_STEP;
		s->rows = (to + PLACE_STEP - 1) / PLACE_STEP - s->row;
		s->lane = 0;
		while (!lane_is_free(spans, i, s, s->lane))
			s->lane++;
		if (s->lane >= lanes)
			lanes = s->lane + 1;
	}
	return lanes;
}
