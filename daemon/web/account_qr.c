/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_qr.c - a QR code as SVG in the page itself: a secret is shown to whoever looks
 * at it, and to no server of pictures. Dark on light in both modes, with its quiet zone:
 * telephones read no other. */
#include <qrencode.h>

#include "web/account_room.h"

#define QUIET 4 /* modules around it (ISO/IEC 18004) */

void account_qr(struct buf *out, const char *text)
{
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	int side;

	if (!qr)
		return;
	side = qr->width + 2 * QUIET;
	buf_addf(out,
		 "<svg class=\"qr\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		 "aria-hidden=\"true\" focusable=\"false\">"
		 "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" "
		 "d=\"",
		 side, side, side * 5, side * 5, side, side);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0, run; x < qr->width; x += run) {
			const unsigned char *row = qr->data + y * qr->width;

			for (run = 1;
			     x + run < qr->width && (row[x + run] & 1) == (row[x] & 1);)
				run++;
			if (row[x] & 1)
				buf_addf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET,
					 run, run);
		}
	buf_addlit(out, "\"/></svg>");
	QRcode_free(qr);
}
