/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.h - attendance facts as they leave: one line of CSV (RFC 4180 with a bare LF, as
 * Unix tools want it) or one line of NDJSON each, with the same columns in the same
 * order. Pure.
 *
 * Facts are append-only: a correction is a line with the same appointment and a higher
 * revision, and a deletion is a tombstone, a line whose outcome is "deleted" and whose
 * other columns, seq, revision and appointment apart, are empty (null in NDJSON). seq
 * only grows: a receiver keeps the last it has seen, asks for what came after, and
 * replaces by appointment when the revision is higher. */
#ifndef RDVD_REPORT_FACT_H
#define RDVD_REPORT_FACT_H

#include "agenda/territory.h"
#include "base/buf.h"
#include "rdvd/store.h"

enum fact_format { FACT_CSV, FACT_NDJSON };

/* "csv" or "ndjson": 0, or -1. */
int fact_format_parse(const char *name, enum fact_format *format);
const char *fact_content_type(enum fact_format format);

/* What stands before the first fact: the header of CSV, nothing for NDJSON. */
void fact_write_header(struct buf *out, enum fact_format format);
/* One line. t names the organisation, the site and the service by their slugs; one that
 * it does not know is left empty, as a number that is not known is. */
void fact_write(struct buf *out, enum fact_format format, const struct territory *t,
		const struct rdvd_fact *f);

#endif
