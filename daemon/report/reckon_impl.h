/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reckon_impl.h - what reckon.c and night.c share. */
#ifndef RDVD_REPORT_RECKON_IMPL_H
#define RDVD_REPORT_RECKON_IMPL_H

#include "report/reckon.h"
#include "store/store.h"

/* The store's name for how far the nights have come: the last day written down. */
#define RECKON_CURSOR "supply"

struct reckon {
	struct store *store;
	struct outbox *outbox;
	civil_day written; /* as last seen; CIVIL_DAY_NONE unknown */
};

#endif
