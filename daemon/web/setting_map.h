/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_map.h - the pin of a site on its map: moved by what a form sends, shown again.
 */
#ifndef RDVD_WEB_SETTING_MAP_H
#define RDVD_WEB_SETTING_MAP_H

#include "web/setting_form.h"

/* Degrees as people write them: "50.4136" or "50,4136". 0, or -1. */
int setting_pin_read(const char *lat, const char *lon, struct geo_point *out);
/* "50.41360,2.96490", of the request's memory. */
const char *setting_degrees(struct http_request *rq, const struct geo_point *p);
/* Move the pin as the form's button or click says. 1 when there was one, or the map was
 * to be shown from nearer or farther: nothing is to be saved; 0: there was none. */
int setting_pin_move(struct http_request *rq, struct geo_point *pin);
/* The map about the pin; what it showed before is kept as long as the pin is well in it.
 */
void setting_map_view(struct http_request *rq, const struct geo_point *pin,
		      struct setting_map_view *v);

#endif
