/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_words.c - words and sums of the counsellor's pages; see staff_words.h. */
#include "web/staff_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define N_(msgid) msgid
#define GAP_MIN_S 300

/* ---- messages ---- */

/* All masculine in French, so that one word of state fits each. */
static const char *noun_of(const struct rdvd_message_row *m)
{
	bool sms = m->channel == RDVD_CHANNEL_SMS;

	switch (m->kind) {
	case RDVD_MSG_CONFIRMATION:
		return sms ? N_("SMS de confirmation") : N_("e-mail de confirmation");
	case RDVD_MSG_REMINDER: return sms ? N_("rappel") : N_("rappel par e-mail");
	case RDVD_MSG_MOVED:
		return sms ? N_("SMS de changement") : N_("e-mail de changement");
	case RDVD_MSG_CANCELLATION:
		return sms ? N_("SMS d’annulation") : N_("e-mail d’annulation");
	case RDVD_MSG_ANSWER: return sms ? N_("SMS de réponse") : N_("e-mail de réponse");
	case RDVD_MSG_OFFER:
		return sms ? N_("SMS de proposition") : N_("e-mail de proposition");
	case RDVD_MSG_FOLLOW_UP: return sms ? N_("SMS de suivi") : N_("e-mail de suivi");
	}
	return "";
}

static const char *state_of(enum rdvd_message_state s)
{
	switch (s) {
	case RDVD_MSG_SCHEDULED: return N_("%s prévu");
	case RDVD_MSG_SENDING: return N_("%s en cours d’envoi");
	case RDVD_MSG_ACCEPTED: return N_("%s envoyé");
	case RDVD_MSG_DELIVERED: return N_("%s reçu");
	case RDVD_MSG_UNDELIVERED: return N_("%s\u00a0: n’est pas arrivé");
	case RDVD_MSG_RETRY_WAIT: return N_("%s\u00a0: nouvel essai bientôt");
	case RDVD_MSG_UNKNOWN: return N_("%s peut-être envoyé");
	case RDVD_MSG_FAILED: return N_("%s non envoyé");
	case RDVD_MSG_EXPIRED: return N_("%s non envoyé\u00a0: trop tard");
	case RDVD_MSG_SUPERSEDED: return N_("%s remplacé");
	case RDVD_MSG_SUPPRESSED: return N_("%s non envoyé");
	}
	return "%s";
}

/* Reasons that the program itself gives, in French, and that are translated; what a
 * provider said is shown as it said it. */
static const char *const reasons[] = {
	N_("ce numéro ne reçoit pas de SMS"),
	N_("aucune passerelle SMS"),
	N_("aucune passerelle e-mail"),
	N_("trop tard pour un message : téléphonez"),
};

static const char *reason_words(const struct lang *l, const char *note)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (strcmp(note, reasons[i]) == 0)
			return tr(l, reasons[i]);
	return note;
}

void staff_message_words(const struct lang *l, const struct rdvd_message_row *m,
			 struct buf *out)
{
	const char *format = tr(l, state_of(m->state));
	const char *hole = strstr(format, "%s");
	bool why = m->state == RDVD_MSG_FAILED || m->state == RDVD_MSG_SUPPRESSED;

	buf_add(out, format, hole ? (size_t)(hole - format) : strlen(format));
	if (hole) {
		buf_addstr(out, tr(l, noun_of(m)));
		buf_addstr(out, hole + 2);
	}
	if (why && m->note && *m->note) {
		buf_addstr(out, tr(l, "\u00a0: "));
		buf_addstr(out, reason_words(l, m->note));
	}
}

int staff_message_tone(const struct rdvd_message_row *m)
{
	switch (m->state) {
	case RDVD_MSG_DELIVERED: return 1;
	case RDVD_MSG_UNDELIVERED:
	case RDVD_MSG_UNKNOWN:
	case RDVD_MSG_FAILED:
	case RDVD_MSG_EXPIRED: return -1;
	case RDVD_MSG_SCHEDULED:
	case RDVD_MSG_SENDING:
	case RDVD_MSG_ACCEPTED:
	case RDVD_MSG_RETRY_WAIT:
	case RDVD_MSG_SUPERSEDED:
	case RDVD_MSG_SUPPRESSED: break;
	}
	return 0;
}

/* 1 when a says more than b, both of one kind and channel. */
static bool says_more(const struct rdvd_message_row *a, const struct rdvd_message_row *b)
{
	bool a_waits = a->state == RDVD_MSG_SCHEDULED;
	bool b_waits = b->state == RDVD_MSG_SCHEDULED;

	if (a_waits != b_waits)
		return b_waits;
	if (a_waits)
		return a->due < b->due;
	return a->due > b->due || (a->due == b->due && a->id > b->id);
}

size_t staff_messages_pick(struct rdvd_message_row *const *rows, size_t n,
			   const struct rdvd_message_row **out, size_t max)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rdvd_message_row *m = rows[i];
		size_t j = 0;

		if (m->state == RDVD_MSG_SUPERSEDED)
			continue;
		while (j < k &&
		       (out[j]->kind != m->kind || out[j]->channel != m->channel))
			j++;
		if (j == k && k < max)
			out[k++] = m;
		else if (j < k && says_more(m, out[j]))
			out[j] = m;
	}
	return k;
}

/* ---- outcomes ---- */

const char *staff_outcome_word(enum rdvd_outcome o)
{
	switch (o) {
	case RDVD_OUTCOME_UNKNOWN: return N_("À renseigner");
	case RDVD_SEEN: return N_("Honoré");
	case RDVD_NO_SHOW: return N_("Non honoré");
	case RDVD_EXCUSED: return N_("Annulé par la personne");
	case RDVD_REVOKED: return N_("Annulé par nous");
	case RDVD_DOOR_CLOSED: return N_("Porte close");
	}
	return "";
}

int staff_outcome_parse(const char *name, enum rdvd_outcome *o)
{
	for (int i = RDVD_OUTCOME_UNKNOWN; name && i <= RDVD_DOOR_CLOSED; i++)
		if (strcmp(name, rdvd_outcome_name((enum rdvd_outcome)i)) == 0) {
			*o = (enum rdvd_outcome)i;
			return 0;
		}
	return -1;
}

const char *staff_channel_words(enum rdvd_booked_by c)
{
	switch (c) {
	case RDVD_BY_WEB: return N_("en ligne");
	case RDVD_BY_SMS: return N_("par SMS");
	case RDVD_BY_COUNSELLOR: return N_("par l’équipe");
	case RDVD_BY_PARTNER: return N_("par un partenaire");
	case RDVD_BY_API: return N_("par un autre programme");
	case RDVD_BY_CALENDAR: return N_("depuis un agenda");
	}
	return "";
}

/* ---- gaps ---- */

static int by_time(const void *a, const void *b)
{
	const rdvd_time *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int running(const struct staff_span *busy, size_t n, rdvd_time at)
{
	int k = 0;

	for (size_t i = 0; i < n; i++)
		k += busy[i].start <= at && at < busy[i].end;
	return k;
}

size_t staff_gaps(struct staff_span whole, int seats, const struct staff_span *busy,
		  size_t n, struct staff_span *out, size_t max)
{
	rdvd_time *edges = xcalloc(2 * n + 2, sizeof(*edges));
	size_t nedges = 0, k = 0;
	bool open = false;

	edges[nedges++] = whole.start;
	edges[nedges++] = whole.end;
	for (size_t i = 0; i < n; i++) {
		if (busy[i].start > whole.start && busy[i].start < whole.end)
			edges[nedges++] = busy[i].start;
		if (busy[i].end > whole.start && busy[i].end < whole.end)
			edges[nedges++] = busy[i].end;
	}
	qsort(edges, nedges, sizeof(*edges), by_time);
	for (size_t i = 0; i + 1 < nedges && k < max; i++) {
		bool is_free = running(busy, n, edges[i]) < seats;

		if (edges[i] == edges[i + 1])
			continue;
		if (is_free && !open)
			out[k].start = edges[i];
		open = is_free;
		if (!is_free)
			continue;
		out[k].end = edges[i + 1];
		/* does the free time go on behind this edge? */
		if (i + 2 < nedges && running(busy, n, edges[i + 1]) < seats)
			continue;
		k += out[k].end - out[k].start >= GAP_MIN_S;
		open = false;
	}
	free(edges);
	return k;
}

/* ---- what is typed ---- */

static const char *skip_space(const char *s)
{
	for (;;) {
		if (*s == ' ')
			s++;
		else if (strncmp(s, "\u00a0", 2) == 0)
			s += 2;
		else
			return s;
	}
}

/* At most two digits; -1 when there is none. */
static int read_two(const char **s)
{
	int n = 0, digits = 0;

	while (digits < 2 && **s >= '0' && **s <= '9') {
		n = n * 10 + (**s - '0');
		(*s)++;
		digits++;
	}
	return digits ? n : -1;
}

int staff_hour_parse(const char *s, int *minute)
{
	int h, m = 0;

	if (!s)
		return -1;
	s = skip_space(s);
	h = read_two(&s);
	s = skip_space(s);
	if (h >= 0 && (*s == ':' || *s == 'h' || *s == 'H' || *s == '.')) {
		bool colon = *s == ':' || *s == '.';

		s = skip_space(s + 1);
		m = read_two(&s);
		if (m < 0 && colon)
			return -1;
		if (m < 0)
			m = 0;
		s = skip_space(s);
	}
	if (h < 0 || h > 23 || m > 59 || *s)
		return -1;
	*minute = h * 60 + m;
	return 0;
}

bool staff_path_is_ours(const char *path)
{
	if (!path || strncmp(path, "/equipe", 7) != 0)
		return false;
	if (path[7] && path[7] != '/' && path[7] != '?' && path[7] != '#')
		return false;
	for (const char *p = path; *p; p++)
		if (*p == '\\' || (unsigned char)*p <= ' ')
			return false;
	return !strstr(path, "//") && strncmp(path, "/equipe/connexion", 17) != 0;
}
