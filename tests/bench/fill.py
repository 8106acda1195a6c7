#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Years of appointments, straight into a stopped daemon's database: what an installation looks like after
three years, made in half a minute instead of booked one by one. Every appointment lies in a real occurrence
of a real opening (by the oracle), so that the rules hold: no counsellor in two places, rooms and places
enough. People come back, cancel, do not come; facts follow; those to come have their messages.

The territory must have been imported into the folder. usage: fill.py FOLDER TERRITORY --now T
[--past N] [--future N] [--seed N]"""

import argparse
import base64
import collections
import contextlib
import hashlib
import hmac
import pathlib
import random
import sqlite3
import struct
import sys
import time
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("oracle", "data"):
    sys.path.insert(0, str(HERE.parent / folder))

import make_national  # noqa: E402
import slots as oracle  # noqa: E402

DAY_S = 86400
SITE, COUNSELLOR, SERVICE, ORGANISATION = 3, 4, 5, 2      # definition kinds of include/rdvd/store.h
BOOKED, CONFIRMED, CANCELLED = 1, 2, 3                    # status
UNKNOWN, SEEN, NO_SHOW, EXCUSED, REVOKED = 0, 1, 2, 3, 4  # outcome
WEB, SMS_REPLY, BY_COUNSELLOR, PARTNER, API = 1, 2, 3, 4, 5
CONFIRMATION, REMINDER = 1, 2                             # message kinds
SCHEDULED, ACCEPTED, SUPERSEDED = 1, 3, 10                # message states
SMS = 1
FIRST_NAMES = ("Léa", "Hugo", "Inès", "Nathan", "Chloé", "Yanis", "Manon", "Enzo", "Sarah", "Mehdi", "Jade",
               "Lucas", "Aïcha", "Théo", "Camille", "Mamadou", "Zoé", "Rayan", "Élise", "Noé", "Fatou", "Kylian",
               "Océane", "Bilal", "Maëlys", "Tom", "Awa", "Jules", "Lina", "Sacha")
LAST_NAMES = ("Dubois", "Lefebvre", "Moreau", "Diallo", "Petit", "Benali", "Roux", "Garcia", "Fontaine", "Nguyen",
              "Mercier", "Traoré", "Blanchard", "Da Silva", "Caron", "Delattre", "Hoarau", "Lemaire", "Payet",
              "Bernard", "Girard", "Koné", "Marchand", "Leroy", "Perrin", "Haddad", "Dupuis", "Muller")

Visit = collections.namedtuple("Visit", "start end civil site counsellor service day capacity")


def fold(name):
    flat = unicodedata.normalize("NFKD", name)
    return "".join(c for c in flat if not unicodedata.combining(c)).lower()


# ---- when and where: visits that the openings allow

def visits(territory, chance, first, last):
    """Every visit that fits into the occurrences of first..last (dates): each counsellor's time is walked
    through, one service after another; a workshop takes its whole occurrence."""
    rooms = collections.defaultdict(list)
    for opening in territory.openings:
        kinds = [territory.services[s] for s in opening["services"]]
        weights = [3 if s["id"] == "premier-rdv" else 2 if s["id"] == "suivi" else 1 for s in kinds]
        for one in oracle.occurrences(territory, opening, first, last):
            civil = int((oracle.civil(one.start, territory.timezone(one.site))
                         - oracle.dt.datetime(1970, 1, 1)).total_seconds())
            shift = civil - one.start
            limit = territory.sites[one.site].get("rooms")
            if kinds[0].get("capacity"):
                yield Visit(one.start, one.end, civil, one.site, one.counsellors[0], kinds[0]["id"], one.day,
                            kinds[0]["capacity"])
                continue
            for who in one.counsellors:
                at = one.start
                while True:
                    kind = chance.choices(kinds, weights)[0]
                    end = at + 60 * kind["minutes"]
                    if end > one.end:
                        break
                    if limit is None or has_room(rooms[one.site, one.day], at, end, limit):
                        yield Visit(at, end, at + shift, one.site, who, kind["id"], one.day, 0)
                    at = end


def has_room(taken, start, end, limit):
    """Count the visits of that site and day that touch [start, end): at most limit."""
    if sum(1 for a, b in taken if a < end and start < b) >= limit:
        return False
    taken.append((start, end))
    return True


# ---- who

class People:
    """Young people of an organisation's area; about half of those who come have come before."""

    def __init__(self, chance, territory, places, first_id):
        self.chance, self.next_id = chance, first_id
        self.rows, self.known = [], collections.defaultdict(list)
        by_insee = {p["insee"]: p["postcode"] for p in places}
        self.areas = {o["id"]: [(i, by_insee[i]) for i in o["area"] if i in by_insee] or [("", "")]
                      for o in territory.organisations.values()}

    def come(self, organisation, now):
        """(id, fact key, insee, birth year, has phone, french) of somebody."""
        chance, known = self.chance, self.known[organisation]
        if len(known) > 20 and chance.random() < 0.5:
            return known[-1 - int(chance.random() * min(len(known), 400))]
        insee, postcode = chance.choice(self.areas[organisation])
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        phone = f"+336{chance.getrandbits(26) % 100000000:08d}" if chance.random() < 0.92 else ""
        email = f"{fold(first)}.{self.next_id}@exemple.fr" if chance.random() < 0.25 else ""
        year = int(time.gmtime(now).tm_year - chance.triangular(16, 30, 21))
        locale = "fr" if chance.random() < 0.88 else chance.choice(("en", "ar", "pt"))
        person = (self.next_id, chance.randbytes(16), insee, year, phone, int(locale == "fr"))
        self.rows.append((person[0], person[1], first, last, fold(first), fold(last), year, phone, int(phone != ""),
                          email, postcode, insee, locale, now, now))
        self.next_id += 1
        known.append(person)
        return person


def history(chance, past):
    """(status, outcome) as they turn out."""
    x = chance.random()
    if not past:
        return (CANCELLED, EXCUSED) if x < 0.06 else (CONFIRMED, UNKNOWN) if x < 0.2 else (BOOKED, UNKNOWN)
    for limit, result in ((0.62, (BOOKED, SEEN)), (0.72, (CONFIRMED, SEEN)), (0.87, (BOOKED, NO_SHOW)),
                          (0.95, (CANCELLED, EXCUSED)), (0.97, (CANCELLED, REVOKED))):
        if x < limit:
            return result
    return BOOKED, UNKNOWN


# ---- the rows

def database_path(folder):
    """The SQLite file of a data folder."""
    return next(p for p in sorted(pathlib.Path(folder).iterdir())
                if p.is_file() and p.open("rb").read(16) == b"SQLite format 3\0")


class Database:
    """The tables as plugins/store_sqlite/schema.c makes them."""

    PERSON = ("INSERT INTO person (id, fact_key, first_name, last_name, first_folded, last_folded, birth_year,"
              " phone, sms_ok, email, postcode, insee, locale, created, changed, needs, discreet)"
              " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,'',0)")
    SESSION = ("INSERT INTO session (id, pseudonym, sequence, service, organisation, site, place_name,"
               " place_postcode, starts, ends, civil_start, zone, capacity, active, created, changed)"
               " VALUES (?,?,?,?,?,?,'','',?,?,?,?,?,?,?,?)")
    CLAIM = ("INSERT INTO claim (counsellor, starts, ends, site, session, active) VALUES (?,?,?,?,?,?)")
    PARTICIPATION = ("INSERT INTO participation (id, ref, generation, token_hash, session, person, status, outcome,"
                     " channel, party_size, persons_present, revision, sequence, confirmed, cancelled, booked_on,"
                     " fact_seq, created, changed) VALUES (?,?,0,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
    FACT = ("INSERT INTO fact (seq, revision, deleted, appointment, session, organisation, site, service, place_kind,"
            " commune, programme, mode, channel, booked_on, day, afternoon, outcome, cancel_notice_minutes,"
            " reminders_sent, reminders_delivered, confirmed, person, situation, persons_present, age, french)"
            " VALUES (?,?,0,?,?,?,?,?,'',?,'',?,?,?,?,?,?,?,?,0,?,?,?,?,?,?)")
    CHANGE = "INSERT INTO change (network, seq, collection, href, deleted) VALUES (1,?,?,?,?)"
    MESSAGE = ("INSERT INTO message (id, participation, kind, ordinal, channel, revision, state, queue, starts, due,"
               " deadline, attempts, sent_at, note, created) VALUES (?,?,?,?,1,?,?,?,?,?,?,?,?,?,?)")
    ATTEMPT = ("INSERT INTO attempt (message, number, outcome, started, ended, recipient, text, segments,"
               " provider_id, note, gateway) VALUES (?,1,3,?,?,?,?,1,?,'','spool')")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.db = sqlite3.connect(database_path(folder), isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
            self.db.execute(f"PRAGMA {pragma}")
        self.ids = {(k, s): i for i, k, s in self.db.execute("SELECT id, kind, slug FROM definition")}
        self.instance = self.one("SELECT instance FROM meta")
        key = self.folder / "rdvd.key"
        self.key = key.read_bytes() if key.exists() else None

    def one(self, sql):
        return self.db.execute(sql).fetchone()[0]

    def next(self, table, column="id"):
        return (self.one(f"SELECT max({column}) FROM {table}") or 0) + 1

    def token_hash(self, ref):
        """As the daemon makes a link of (key, ref, generation 0)."""
        if self.key is None:
            return hashlib.sha256(struct.pack("<Q", ref)).digest()
        text = b"appointment\0" + struct.pack("=Q", ref) + bytes(4)
        token = base64.urlsafe_b64encode(hmac.new(self.key, text, "sha256").digest()[:16]).rstrip(b"=")
        return hashlib.sha256(token).digest()

    def finish(self):
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA optimize")
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()


class Filler:
    def __init__(self, database, territory, places, now, chance):
        self.db, self.territory, self.now, self.chance = database, territory, now, chance
        self.people = People(chance, territory, places, database.next("person"))
        self.session, self.part = database.next("session"), database.next("participation")
        self.fact, self.change = database.next("fact", "seq"), database.one("SELECT seq FROM network")
        self.message = database.next("message")
        self.rows = collections.defaultdict(list)
        self.states = collections.Counter()
        self.count = 0

    def visit(self, visit):
        """One session with its people; returns how many appointments that was."""
        guests = 1
        if visit.capacity:
            guests = self.chance.randint(2, visit.capacity - 1)
        organisation = self.territory.sites[visit.site]["organisation"]
        site = self.db.ids[SITE, visit.site]
        created = min(self.now, visit.start) - self.chance.randint(1, 30) * DAY_S - self.chance.randrange(DAY_S)
        turns = [history(self.chance, visit.start < self.now) for _ in range(guests)]
        active = int(any(status != CANCELLED for status, _ in turns))
        pseudonym = self.chance.getrandbits(63)
        changed = min(visit.start + 3600, self.now)
        self.rows["SESSION"].append((
            self.session, pseudonym, 0 if active else 1, self.db.ids[SERVICE, visit.service],
            self.db.ids[ORGANISATION, organisation], site, visit.start, visit.end, visit.civil,
            self.territory.timezone(visit.site), visit.capacity, active, created, changed))
        who = self.db.ids[COUNSELLOR, visit.counsellor]
        self.rows["CLAIM"].append((who, visit.start, visit.end, site, self.session, active))
        self.change += 1
        self.rows["CHANGE"].append((self.change, who, f"{self.session:x}-{self.db.instance}", int(not active)))
        for turn in turns:
            self.participation(visit, organisation, pseudonym, created, changed, *turn)
        self.session += 1
        self.count += guests
        return guests

    def participation(self, visit, organisation, pseudonym, created, changed, status, outcome):
        chance = self.chance
        person, key, insee, year, phone, french = self.people.come(organisation, created)
        ref = chance.getrandbits(64)
        channel = chance.choices((WEB, SMS_REPLY, BY_COUNSELLOR, PARTNER, API), (60, 1, 25, 10, 4))[0]
        party = 1 if chance.random() < 0.85 or visit.capacity else 2
        cancelled = max(created, min(visit.start - chance.randrange(3600, 4 * DAY_S), changed)) \
            if status == CANCELLED else None
        confirmed = max(created, visit.start - 2 * DAY_S) if status == CONFIRMED else None
        if confirmed and confirmed > self.now:
            confirmed = self.now - 60
        present = party if outcome == SEEN else -1
        revision = int(status == CANCELLED)
        booked_on = created // DAY_S
        signed = ref - (1 << 64) if ref >> 63 else ref
        last = self.facts(visit, organisation, pseudonym, person, key, insee, year, french, channel, booked_on,
                          outcome, status, cancelled, confirmed, present)
        self.rows["PARTICIPATION"].append((
            self.part, signed, self.db.token_hash(ref), self.session, person, status, outcome, channel, party,
            present, revision, revision, confirmed, cancelled, booked_on, last, created, cancelled or changed))
        if visit.start > self.now and phone:
            self.messages(visit, phone, created, cancelled, revision)
        self.part += 1

    def facts(self, visit, organisation, pseudonym, person, key, insee, year, french, channel, booked_on, outcome,
              status, cancelled, confirmed, present):
        """The first fact, and one more once something is known; returns the last one's seq."""
        ids = self.db.ids
        name = hmac.new(key, struct.pack(">Q", self.part), "md5").hexdigest()
        who = hmac.new(key, b"person", "md5").hexdigest()
        head = (name, pseudonym, ids[ORGANISATION, organisation], ids[SITE, visit.site],
                ids[SERVICE, visit.service], insee, self.territory.services[visit.service]["mode"], channel,
                booked_on, visit.civil // DAY_S, int(visit.civil % DAY_S >= DAY_S // 2))
        age = visit.day.year - year
        self.rows["FACT"].append((self.fact, 1, *head, UNKNOWN, -1, 0, 0, who, "", -1, age, french))
        if outcome != UNKNOWN or confirmed:
            self.fact += 1
            notice = (visit.start - cancelled) // 60 if cancelled else -1
            sent = 0 if cancelled else 2
            self.rows["FACT"].append((self.fact, 2, *head, outcome, notice, sent, int(bool(confirmed)), who, "",
                                      present, age, french))
        self.fact += 1
        return self.fact - 1

    def messages(self, visit, phone, created, cancelled, revision):
        """The confirmation, sent; two reminders, sent, waiting, or superseded by a cancellation."""
        midnight = visit.civil // DAY_S * DAY_S
        shift = visit.start - visit.civil
        owed = ((CONFIRMATION, 0, created), (REMINDER, 1, midnight - 3 * DAY_S + 18 * 3600 + shift),
                (REMINDER, 2, midnight - DAY_S + 17 * 3600 + 1800 + shift))
        for kind, ordinal, due in owed:
            if kind == REMINDER and time.gmtime(due - shift).tm_wday == 6:
                due -= DAY_S  # no reminder on a Sunday: the evening before
            if due < created:
                continue
            state = ACCEPTED if due <= (cancelled or self.now) else SUPERSEDED if cancelled else SCHEDULED
            sent = due + 2 if state == ACCEPTED else None
            self.states[state] += 1
            self.rows["MESSAGE"].append((
                self.message, self.part, kind, ordinal, 0, state, int(state == SCHEDULED), visit.start, due,
                visit.start, int(state == ACCEPTED), sent, "", created))
            if sent:
                self.rows["ATTEMPT"].append((self.message, due, sent, phone,
                                             "Rendez-vous logement : votre rendez-vous est note.",
                                             f"{self.message:x}"))
            self.message += 1

    def flush(self):
        self.rows["PERSON"], self.people.rows = self.people.rows, []
        for table in ("PERSON", "SESSION", "CLAIM", "PARTICIPATION", "FACT", "CHANGE", "MESSAGE", "ATTEMPT"):
            self.db.db.executemany(getattr(Database, table), self.rows[table])
        self.rows.clear()

    def finish(self):
        self.flush()
        self.db.db.execute("UPDATE network SET seq = ?", (self.change,))
        for state, n in self.states.items():
            self.db.db.execute("UPDATE message_count SET n = n + ? WHERE state = ?", (n, state))
        self.db.finish()


def fill(folder, territory_path, now, past=500000, future=20000, places=None, seed=7):
    """Fill and tell what was made. now: RFC 3339."""
    begun = time.monotonic()
    chance = random.Random(seed)
    territory = oracle.Territory.read(territory_path)
    places = places or make_national.read_communes(HERE.parent.parent / "etc" / "communes.csv")
    instant = oracle.parse_instant(now)
    today = oracle.dt.date.fromtimestamp(instant)
    database = Database(folder)
    filler = Filler(database, territory, places, instant, chance)
    database.db.execute("BEGIN IMMEDIATE")
    for first, last, wanted in ((oracle.dt.date(2022, 9, 5), today - oracle.dt.timedelta(1), past),
                                (today + oracle.dt.timedelta(2), today + oracle.dt.timedelta(85), future)):
        found = list(visits(territory, chance, first, last))
        if len(found) < wanted:
            raise SystemExit(f"only {len(found)} visits fit between {first} and {last}, {wanted} wanted")
        # As many visits as give the wanted number of people: a workshop brings several.
        some = sorted(chance.sample(found, wanted), key=lambda v: v.start)
        target = filler.count + wanted
        for visit in some:
            if filler.count >= target:
                break
            if visit.capacity and filler.count + visit.capacity > target:
                continue
            filler.visit(visit)
            if filler.session % 20000 == 0:
                filler.flush()
    filler.finish()
    return (f"{filler.count:,} appointments of {filler.people.next_id - 1:,} people, {filler.fact - 1:,} facts and "
            f"{filler.message - 1:,} messages in {time.monotonic() - begun:.0f} s")


def make_due(folder, now, count, email=False):
    """Leave one waiting reminder to each of that many appointments, all due at now (RFC 3339) and of use for two days
    more, each to somebody else; the other waiting messages go. email: by e-mail. Returns their numbers."""
    instant = oracle.parse_instant(now)
    with contextlib.closing(sqlite3.connect(database_path(folder))) as db, db:
        db.execute("CREATE TEMP TABLE chosen AS SELECT min(m.id) AS id FROM message m"
                   " JOIN participation p ON p.id = m.participation JOIN session s ON s.id = p.session"
                   " WHERE m.queue = 1 AND m.kind = 2 AND m.deadline > ? AND s.starts > ?"
                   " GROUP BY m.participation ORDER BY 1 LIMIT ?", (instant + 2 * DAY_S, instant + 3 * DAY_S, count))
        db.execute("DELETE FROM message WHERE queue <> 0 AND id NOT IN (SELECT id FROM chosen)")
        db.execute("UPDATE message SET due = ?, queue = 2, channel = ? WHERE id IN (SELECT id FROM chosen)",
                   (instant - 60, 2 if email else 1))
        # one a person: several of a week would become one message
        db.execute("INSERT INTO person (id, situation, fact_key, first_name, last_name, first_folded, last_folded,"
                   " birth_year, phone, sms_ok, email, postcode, insee, locale, needs, discreet, created, changed)"
                   " SELECT (SELECT max(id) FROM person) + p.id, n.situation, randomblob(16),"
                   " n.first_name, n.last_name, n.first_folded, n.last_folded, n.birth_year,"
                   " '+336' || printf('%08d', p.id), 1, 'p' || p.id || '@exemple.fr', n.postcode, n.insee, n.locale,"
                   " n.needs, n.discreet, n.created, n.changed FROM participation p"
                   " JOIN person n ON n.id = p.person"
                   " WHERE p.id IN (SELECT participation FROM message WHERE queue = 2)")
        db.execute("UPDATE participation SET person = (SELECT n.id FROM person n WHERE n.phone ="
                   " '+336' || printf('%08d', participation.id)) WHERE id IN (SELECT participation FROM message"
                   " WHERE queue = 2)")
        db.execute("UPDATE message_count SET n = (SELECT count(*) FROM message m WHERE m.state = message_count.state)")
        return [i for i, in db.execute("SELECT id FROM chosen ORDER BY id")]


def main(argv=None):
    parser = argparse.ArgumentParser(description="Fill a stopped daemon's database with years of appointments.")
    parser.add_argument("folder", help="the daemon's data folder")
    parser.add_argument("territory")
    parser.add_argument("--now", required=True)
    parser.add_argument("--past", type=int, default=500000)
    parser.add_argument("--future", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    print(fill(args.folder, args.territory, args.now, args.past, args.future, seed=args.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
