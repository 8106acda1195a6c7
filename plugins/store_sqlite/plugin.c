/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.c - what store_sqlite exports. See store_sqlite(7). */
#include "act.h"
#include "appointment.h"
#include "arrive.h"
#include "code.h"
#include "db.h"
#include "definition.h"
#include "edit.h"
#include "fact.h"
#include "figure.h"
#include "inbound.h"
#include "message.h"
#include "notice.h"
#include "owe.h"
#include "receipt.h"
#include "slot.h"
#include "staff.h"
#include "talk.h"
#include "text.h"
#include "touched.h"
#include "txn.h"
#include "undo.h"
#include "waiting.h"

static const struct rdvd_option options[] = {
	{"file", "rdvd.db", "the database; a relative name is in the data folder"},
	{"synchronous", "full",
	 "full: what was answered survives power loss; normal: only a crash of the "
	 "daemon"},
	{"cache_mb", "16",
	 "MB of pages that the writer keeps in memory; readers keep a quarter"},
	{"mmap_mb", "0", "MB of the file that are mapped instead of read"},
	{NULL, NULL, NULL},
};

static const struct rdvd_store_ops ops = {
	.open = store_sqlite_open,
	.close = store_sqlite_close,
	.begin = store_begin,
	.savepoint = store_savepoint,
	.release = store_release,
	.undo = store_undo,
	.commit = store_commit,
	.rollback = store_rollback,
	.in_transaction = store_in_transaction,
	.checkpoint = store_checkpoint,
	.definition_put = store_definition_put,
	.definition_retire = store_definition_retire,
	.definition_each = store_definition_each,
	.change_seq = store_change_seq,
	.calendar_seq = store_calendar_seq,
	.instance = db_instance,
	.claim_each = store_claim_each,
	.absence_each = store_absence_each,
	.absence_put = store_absence_put,
	.absence_remove = store_absence_remove,
	.hold_create = store_hold_create,
	.hold_extend = store_hold_extend,
	.hold_release = store_hold_release,
	.hold_sweep = store_hold_sweep,
	.book = store_book,
	.move = store_move,
	.cancel = store_cancel,
	.confirm = store_confirm,
	.mark = store_mark,
	.take_back = store_take_back,
	.answers_set = store_answers_set,
	.text_put = store_text_put,
	.text_each = store_text_each,
	.text_history = store_text_history,
	.arrive = store_arrive,
	.visit = store_visit,
	.visit_each = store_visit_each,
	.appointment_get = store_appointment_get,
	.appointment_each = store_appointment_each,
	.person_get = store_person_get,
	.duplicate_each = store_duplicate_each,
	.person_search = store_person_search,
	.message_claim = store_message_claim,
	.message_result = store_message_result,
	.message_sweep = store_message_sweep,
	.message_next = store_message_next,
	.message_each = store_message_each,
	.message_counts = store_message_counts,
	.person_week = store_person_week,
	.letter_put = store_letter_put,
	.spent_each = store_spent_each,
	.receipt_put = store_receipt_put,
	.event_keep = store_event_keep,
	.anonymise = store_anonymise,
	.code_put = store_code_put,
	.code_use = store_code_use,
	.code_state = store_code_state,
	.code_find = store_code_find,
	.edit_keep = store_edit_keep,
	.edit_get = store_edit_get,
	.edit_head = store_edit_head,
	.touched_put = store_touched_put,
	.touched_drop = store_touched_drop,
	.touched_each = store_touched_each,
	.draft_put = store_draft_put,
	.draft_decide = store_draft_decide,
	.draft_apply = store_draft_apply,
	.notice_put = store_notice_put,
	.notice_each = store_notice_each,
	.notice_seen = store_notice_seen,
	.inbound_put = store_inbound_put,
	.inbound_join = store_inbound_join,
	.inbound_each = store_inbound_each,
	.inbound_mark = store_inbound_mark,
	.contact_get = store_contact_get,
	.contact_each = store_contact_each,
	.contact_lift = store_contact_lift,
	.turn = store_turn,
	.wait_put = store_wait_put,
	.wait_end = store_wait_end,
	.wait_each = store_wait_each,
	.wait_get = store_wait_get,
	.offer_put = store_offer_put,
	.offer_end = store_offer_end,
	.offer_each = store_offer_each,
	.appointment_of_number = store_appointment_of_number,
	.fact_each = store_fact_each,
	.figure_each = store_figure_each,
	.supply_put = store_supply_put,
	.supply_each = store_supply_each,
	.outlook_put = store_outlook_put,
	.outlook_each = store_outlook_each,
	.cursor_get = store_cursor_get,
	.cursor_set = store_cursor_set,
	.user_put = store_user_put,
	.user_each = store_user_each,
	.login_put = store_login_put,
	.login_remove = store_login_remove,
	.login_each = store_login_each,
	.api_token_put = store_api_token_put,
	.api_token_each = store_api_token_each,
	.feed_put = store_feed_put,
	.feed_each = store_feed_each,
	.user_factor = store_user_factor,
	.user_step = store_user_step,
	.recovery_use = store_recovery_use,
	.invitation_put = store_invitation_put,
	.invitation_each = store_invitation_each,
	.invitation_end = store_invitation_end,
	.backup = store_backup,
	.check = store_check,
};

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(store_sqlite);

const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(store_sqlite) = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_STORE,
	.name = "store_sqlite",
	.options = options,
	.ops = &ops,
};
