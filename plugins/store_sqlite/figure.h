/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.h - what those who count ask for. */
#ifndef STORE_SQLITE_FIGURE_H
#define STORE_SQLITE_FIGURE_H

#include "db.h"

enum rdvd_rc store_figure_each(void *st, const struct rdvd_figure_filter *f,
			       rdvd_figure_cb *cb, void *arg);
enum rdvd_rc store_supply_put(void *st, int32_t day, const struct rdvd_supply *rows,
			      size_t n, int keep_days);
enum rdvd_rc store_supply_each(void *st, const struct rdvd_figure_filter *f,
			       rdvd_supply_cb *cb, void *arg);
enum rdvd_rc store_outlook_put(void *st, int32_t day, const struct rdvd_outlook *rows,
			       size_t n, int keep_days);
enum rdvd_rc store_outlook_each(void *st, const struct rdvd_figure_filter *f,
				rdvd_outlook_cb *cb, void *arg);

#endif
