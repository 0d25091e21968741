/* SPDX-License-Identifier: Apache-2.0 */
#include "service/session.h"

#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "core/hex.h"
#include "core/sabotage.h"

static bool
expired(const struct session *s, uint64_t now_ms)
{
	return s->step != SESSION_SENDING && now_ms - s->began_ms >= SESSION_LIFE_MS;
}

/* usable: a slot that a new session may take. */
static bool
usable(const struct session *s, uint64_t now_ms)
{
	return s->step == SESSION_FREE || expired(s, now_ms);
}

/* older: the one of two that began earlier; a may be NULL. */
static struct session *
older(struct session *a, struct session *b)
{
	return a != NULL && a->began_ms <= b->began_ms ? a : b;
}

static struct session *
find_slot(struct sessions *all, uint64_t now_ms)
{
	struct session *over = NULL, *waiting = NULL;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *s = &all->slots[i];

		if (usable(s, now_ms))
			return s;
		if (s->step == SESSION_OVER)
			over = older(over, s);
		if (s->step == SESSION_WANTS_MSG3)
			waiting = older(waiting, s);
	}
	return over != NULL ? over : waiting;
}

jurat_rc
session_new(struct sessions *all, struct session **out, uint64_t now_ms, struct jurat_diag *d)
{
	struct session *s = find_slot(all, now_ms);
	uint8_t id[SESSION_ID_LEN];

	if (s == NULL) {
		(void)jurat_fail(d, JURAT_E_STATE, "sessions", NO_OFFSET, SESSIONS_MAX, SESSIONS_MAX);
		jurat_hint(d, "too many sessions at once; try again in a minute");
		return JURAT_E_STATE;
	}
	if (crypto_random(id, sizeof id) != JURAT_OK)
		return jurat_fail(d, JURAT_E_INTERNAL, "session.id", NO_OFFSET, 0, 0);
	session_end(s);
	memcpy(s->id, id, sizeof id);
	s->began_ms = now_ms;
	s->step = SESSION_WANTS_MSG3;
	sigma_responder_init(&s->sigma);
	*out = s;
	return JURAT_OK;
}

struct session *
session_find(struct sessions *all, const char *id, size_t id_len, uint64_t now_ms)
{
	uint8_t wanted[SESSION_ID_LEN];
	struct session *found = NULL;

	if (!hex_decode(wanted, sizeof wanted, id, id_len))
		return NULL;
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *s = &all->slots[i];

		if (s->step != SESSION_FREE && !expired(s, now_ms) && ct_equal(s->id, wanted, sizeof wanted))
			found = s;
	}
	return found;
}

void
session_end(struct session *s)
{
	if (!SABOTAGED("service.session_reuse"))
		sigma_responder_clear(&s->sigma);
	channel_clear(&s->channel);
	wipe(s->ack_digest, sizeof s->ack_digest);
	s->step = SESSION_OVER;
}

size_t
sessions_active(const struct sessions *all, uint64_t now_ms)
{
	size_t num = 0;

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		const struct session *s = &all->slots[i];

		num += s->step != SESSION_FREE && s->step != SESSION_OVER && !expired(s, now_ms);
	}
	return num;
}

void
sessions_clear(struct sessions *all)
{
	wipe(all, sizeof *all);
}
