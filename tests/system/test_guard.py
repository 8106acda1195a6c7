# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is kept from filling the agenda, and who is never kept out: the field that people do not see, haste,
a crowd behind one address, numbers that a team wants proven; each with its way through without scripts."""

import hashlib
import html
import re
import urllib.parse

from helpers import wait_for
from small import (NOW, Page, at, everything, fill, find_hours, instant, local_path, opening, person, service,
                   small, write_territory)

FORUM = "198.51.100.7"
PROXY = {"demo": False, "trusted_proxy": ["127.0.0.1"]}


def wide(**organisation):
    """Ten counsellors at one place, so that ninety people find an hour."""
    who = [f"c{n}" for n in range(10)]
    t = small()
    t["organisations"][0].update(organisation)
    t["counsellors"] = [{"id": c, "organisation": "o", "label": c} for c in who]
    t["services"] = [service("rdv", 60)]
    t["openings"] = [opening("a", "centre", who, ["rdv"], "2026-03-20T08:00", "2026-03-20T20:00")]
    t["closures"] = []
    return t


class Visitor:
    """A browser without cookies or scripts, seen from an address."""

    def __init__(self, d, number, address=FORUM):
        self.d, self.who = d, person(number, email=f"p{number}@example.org")
        self.headers = {"X-Forwarded-For": address, "Accept-Language": "fr"}
        self.client = d.client()

    def get(self, path):
        return self.client.request("GET", path, headers=self.headers)

    def post(self, path, fields):
        return self.client.request("POST", path, urllib.parse.urlencode(fields), self.headers)

    def form(self, hour):
        """Hold an hour and open the form."""
        answer = self.post("/reserver", [("service", "rdv"), ("horaire", hour)])
        assert answer.status == 303, answer
        page = self.get(local_path(answer.headers["Location"]))
        assert page.status == 200, page
        self.sheet = Page(page.text).form_to("/reserver/")

    def send(self, **typed):
        return self.post(self.sheet["action"], fill(self.sheet, self.who, **typed))

    def send_slowly(self, **typed):
        """As people do: sent again until it is not too fast."""
        def slow_enough():
            answer = self.send(**typed)
            return answer if "Relisez" not in answer.text else None
        return wait_for(slow_enough, "the form to be believed", step_s=0.2)


def hour(day, h):
    start = instant(at(day, h))
    return f"centre.{int(start.timestamp())}"


def hours_of(d):
    """As the page of times writes them."""
    page = Page(d.request("GET", "/horaires?service=rdv").text)
    return list(find_hours(page))


def solved(page):
    """The proof of the riddle that a check page asks."""
    def of(name):
        return re.search(rf'data-{name}="([^"]+)"', page).group(1)
    for n in range(int(of("max")) + 1):
        if hashlib.sha256(f"{of('salt')}{n}".encode()).hexdigest() == of("hash"):
            return ".".join([of("salt"), of("hash"), of("mac"), str(n)])
    raise AssertionError("the riddle has no answer")


def code_of(d, channel, to):
    def told():
        found = [m for m in d.spool() if m.channel == channel and m.to.strip("<>") == to
                 and re.search(r"\b\d{6}\b", m.text)]
        return re.search(r"\b\d{6}\b", found[-1].text).group(0) if found else None
    return wait_for(told, f"a code by {channel}")


def with_limits(**limits):
    return "limits {\n" + "".join(f"\t{k} = {v}\n" for k, v in limits.items()) + "}\n"


def test_ninety_people_at_a_forum_get_through(daemon, tmp_path):
    """One Wi-Fi, one address, ninety bookings in a minute: nobody is asked anything more."""
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide()), conf=PROXY)
    slots = [s for s in d.slots("rdv") for _ in range(10)][:90]
    people = [Visitor(d, n) for n in range(90)]
    for who, slot in zip(people, slots):
        search = who.get("/")
        assert search.status == 200
        assert who.get("/horaires?q=carvin&service=rdv").status == 200
        who.form(f"{slot['site']}.{int(instant(slot['start']).timestamp())}")
    answers = [who.send_slowly() for who in people]
    assert [a.status for a in answers] == [303] * 90
    assert len(everything(d)) == 90


def test_the_field_that_nobody_sees(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide()), conf=PROXY)
    bot = Visitor(d, 1)
    bot.form(hours_of(d)[0])
    assert "sujet" in dict(bot.sheet["fields"])
    answer = bot.send(sujet="http://example.org")
    assert answer.status == 422 and "Relisez" in answer.text
    assert "Prénom1" in answer.text, "nothing typed is lost"
    assert dict(Page(answer.text).form_to("/reserver/")["fields"])["sujet"] == "", "a browser that filled it may go on"
    assert everything(d) == []
    assert bot.send_slowly().status == 303


def test_nobody_types_that_fast(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide()), conf=PROXY)
    bot = Visitor(d, 1)
    bot.form(hours_of(d)[0])
    answer = bot.send()
    assert answer.status == 422 and "Relisez" in answer.text and "Prénom1" in answer.text
    shown = Page(answer.text).form_to("/reserver/")["fields"]
    assert dict(shown)["vu"] == dict(bot.sheet["fields"])["vu"], "the time counts from the first page: a second tap will do"
    forged = bot.post(bot.sheet["action"], [(k, v) for k, v in fill(bot.sheet, bot.who) if k != "vu"])
    assert forged.status == 422
    assert everything(d) == []
    assert bot.send_slowly().status == 303 and len(everything(d)) == 1


def test_the_demonstration_refuses_nobody(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide()), conf={"trusted_proxy": ["127.0.0.1"]},
               extra=with_limits(proof_above_address=1, proof_above_all=1))
    slots = hours_of(d)
    for n in range(4):
        who = Visitor(d, n)
        who.form(slots[n])
        assert who.send(sujet="x").status == 303


def crowd(daemon, tmp_path, extra=""):
    """A daemon whose threshold one address has passed, and somebody who comes after."""
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide()), conf=PROXY,
               extra=with_limits(proof_above_address=2) + extra)
    slots = hours_of(d)
    people = [Visitor(d, n) for n in range(4)]
    for who, h in zip(people, slots):
        who.form(h)
    for who in people[:2]:
        assert who.send_slowly().status == 303
    elsewhere = Visitor(d, 50, "203.0.113.5")
    elsewhere.form(slots[4])
    assert elsewhere.send_slowly().status == 303, "another address is not the crowd"
    return d, people[2], people[3]


def test_a_crowd_is_asked_for_a_proof_of_work(daemon, tmp_path):
    d, late, later = crowd(daemon, tmp_path)
    answer = late.send_slowly()
    assert answer.status == 403 and "Encore une étape" in answer.text
    assert "03 21 00 00 00" in html.unescape(answer.text).replace("\u00a0", " "), "the team's telephone"
    page = Page(answer.text)
    form = [f for f in page.forms if ("preuve", "") in f["fields"]][0]
    fields = [(k, v) for k, v in form["fields"] if k != "preuve"]
    assert dict(fields)["prenom"] == "Prénom2", "what was typed is carried along"
    assert late.post(form["action"], fields + [("preuve", "a.b.c.1")]).status == 403
    proof = solved(answer.text)
    assert late.post(form["action"], fields + [("preuve", proof)]).status == 303
    assert len(everything(d)) == 4
    assert later.send_slowly(preuve=proof).status == 403, "a proof is good once"


def test_without_scripts_a_crowd_goes_by_mail(daemon, tmp_path):
    d, late, _ = crowd(daemon, tmp_path)
    page = Page(late.send_slowly().text)
    form = page.form_to("/verifier")
    sent = late.post(form["action"], form["fields"] + [("par", "email")])
    assert sent.status == 200 and "est parti à" in sent.text, sent
    code = code_of(d, "email", "p2@example.org")
    form = [f for f in Page(sent.text).forms if ("code", "") in f["fields"]][0]
    fields = [(k, v) for k, v in form["fields"] if k != "code"]
    wrong = late.post(form["action"], fields + [("code", "000000" if code != "000000" else "111111")])
    assert "Ce n’est pas le bon code" in wrong.text and "4 essais" in html.unescape(wrong.text)
    assert late.post(form["action"], fields + [("code", code)]).status == 303
    assert len(everything(d)) == 4
    again = late.post(page.form_to("/verifier")["action"], page.form_to("/verifier")["fields"] + [("par", "email")])
    assert "Un code vient déjà de partir" in again.text


def test_a_team_may_want_numbers_proven_by_a_code(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide(verify_phone="code")), conf=PROXY)
    slots = hours_of(d)
    without, abroad, ana = Visitor(d, 1), Visitor(d, 2), Visitor(d, 3)
    for who, h in zip((without, abroad, ana), slots):
        who.form(h)
    assert without.send_slowly(telephone="").status == 303, "no number, no question"
    assert abroad.send_slowly(telephone="+41 79 123 45 67").status == 303, "one that gets no SMS: neither"
    answer = ana.send_slowly()
    assert answer.status == 403 and "Vérifions votre numéro" in answer.text
    form = Page(answer.text).form_to("/verifier")
    sent = ana.post(form["action"], form["fields"] + [("par", "sms")])
    form = [f for f in Page(sent.text).forms if ("code", "") in f["fields"]][0]
    fields = [(k, v) for k, v in form["fields"] if k != "code"]
    code = code_of(d, "sms", "+33600000003")
    # the code of one number proves no other
    other = [(k, "06 11 22 33 44" if k == "telephone" else v) for k, v in fields]
    assert ana.post(form["action"], other + [("code", code)]).status == 403
    assert len(everything(d)) == 2
    done = ana.post(form["action"], fields + [("code", f"{code[:3]} {code[3:]}")])
    assert done.status == 303
    assert everything(d)[-1]["person"]["phone"] == "+33600000003"
    same = ana.post(form["action"], fields + [("code", code)])
    assert same.status == 303 and len(everything(d)) == 3, "sent twice, booked once"


def test_a_proven_address_is_good_for_one_booking(daemon, tmp_path):
    """One mailbox opens the way for one form, not for a thousand; sent twice, that form is booked once."""
    d, late, later = crowd(daemon, tmp_path)
    form = Page(late.send_slowly().text).form_to("/verifier")
    sent = late.post(form["action"], form["fields"] + [("par", "email")])
    form = [f for f in Page(sent.text).forms if ("code", "") in f["fields"]][0]
    fields = [(k, v) for k, v in form["fields"] if k != "code"]
    again = late.post(Page(sent.text).form_to("/verifier")["action"], fields + [("par", "email")])
    assert "Un code vient déjà de partir" in again.text
    assert [f for f in Page(again.text).forms if ("code", "") in f["fields"]], "the first code can still be typed"
    wrong = late.post(form["action"], fields + [("code", "12")])
    assert "p2@example.org" in wrong.text and "parti à 06" not in wrong.text, "it went by e-mail"
    code = code_of(d, "email", "p2@example.org")
    for _ in range(2):
        assert late.post(form["action"], fields + [("code", code)]).status == 303
    assert len(everything(d)) == 4
    name = dict(fields)["verification"]
    refused = later.send_slowly(verification=name, code=code)
    assert refused.status == 200 and "Ce code ne compte plus" in refused.text, refused
    assert len(everything(d)) == 4


INBOUND = 'messages {\n\tinbound_number = "38123"\n}\n'


def text_to_send(page):
    return re.search(r"<strong>(RDV \d{6})</strong>", page).group(1)


def send_sms(d, number, text):
    d.rdvctl("sms-in", number, text)


def test_a_team_may_want_an_sms_from_the_number(daemon, tmp_path):
    """The code is on the page and comes to us by SMS: who touches "sent" too soon is told to wait, and the
    number that it came from is the one that is booked."""
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide(verify_phone="sms")), conf=PROXY, extra=INBOUND)
    slots = hours_of(d)
    ana, bob = Visitor(d, 1), Visitor(d, 2)
    for who, h in zip((ana, bob), slots):
        who.form(h)
    asked = ana.send_slowly()
    assert asked.status == 403 and "par SMS au" not in asked.text, "no code is sent by us"
    form = Page(asked.text).form_to("/verifier")
    shown = ana.post(form["action"], form["fields"] + [("par", "envoi")])
    say = text_to_send(shown.text)
    assert "38123" in shown.text
    sent = [f for f in Page(shown.text).forms if dict(f["fields"]).get("attendu")][0]
    early = ana.post(sent["action"], sent["fields"])
    assert early.status == 200 and "pas encore arrivé" in early.text and "est parti à" not in early.text
    assert text_to_send(early.text) == say, "the same code is still shown"
    sent = [f for f in Page(early.text).forms if dict(f["fields"]).get("attendu")][0]
    send_sms(d, "+33677777777", "Bonjour " + say.lower()[:3] + " " + say[4:7] + " " + say[7:] + " merci")

    def booked():
        answer = ana.post(sent["action"], sent["fields"])
        return answer if answer.status == 303 else None
    wait_for(booked, "the SMS to count", step_s=0.2)
    assert [a["person"]["phone"] for a in everything(d)] == ["+33677777777"]
    wait_for(lambda: [m for m in d.spool() if m.to == "+33677777777" and "numéro est vérifié" in m.text],
             "the answer to her SMS")
    # it is good for her form only
    name = dict(sent["fields"])["verification"]
    refused = bob.send_slowly(verification=name)
    assert refused.status == 200 and "Ce code ne compte plus" in refused.text
    assert len(everything(d)) == 1


def test_a_crowd_may_send_an_sms(daemon, tmp_path):
    d, late, _ = crowd(daemon, tmp_path, INBOUND)
    form = Page(late.send_slowly().text).form_to("/verifier")
    shown = late.post(form["action"], form["fields"] + [("par", "envoi")])
    send_sms(d, "+33688888888", text_to_send(shown.text))
    sent = [f for f in Page(shown.text).forms if dict(f["fields"]).get("attendu")][0]
    wait_for(lambda: late.post(sent["action"], sent["fields"]).status == 303, "the SMS to count", step_s=0.2)
    assert "+33600000002" in [a["person"]["phone"] for a in everything(d)], "the number stays as she typed it"


def test_programs_prove_numbers_too(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide(verify_phone="code")), conf=PROXY)
    slots = d.slots("rdv")
    refused = d.book(slots[0], "k1", person(1), expect=422).json()
    assert [(e["field"], e["code"]) for e in refused["errors"]] == [("verification", "unverified")]
    d.book(slots[0], "k2", person(2, phone="03 21 11 22 33"))  # a landline gets no SMS
    made = d.api("POST", "/verifications", {"how": "code", "phone": person(1)["phone"]}, expect=202).json()
    assert made["verified"] is False
    code, name = code_of(d, "sms", "+33600000001"), made["verification"]
    d.book(slots[1], "k1", person(1), verification=name, expect=422)
    wrong = "000000" if code != "000000" else "111111"
    assert d.api("POST", f"/verifications/{name}", {"code": wrong}, expect=422).json()["errors"][0]["code"] == "wrong"
    assert d.api("POST", f"/verifications/{name}", {"code": code}, expect=200).json()["verified"] is True
    d.book(slots[1], "k3", person(4), verification=name, expect=422)  # another number
    d.book(slots[1], "k1", person(1), verification=name)
    d.book(slots[1], "k1", person(1), verification=name, expect=200)
    d.local("POST", "/staff/appointments", {"service": "rdv", "site": "centre", "start": slots[2]["start"],
                                            "person": person(5)}, expect=201)  # the team knows whom it books for
    d.api("POST", "/verifications", {"how": "sms"}, expect=422)  # there is no number to send to
    again = d.api("POST", "/verifications", {"how": "code", "phone": person(1)["phone"]}, expect=429)
    assert int(again.headers["Retry-After"]) > 0
    d.api("POST", "/verifications/0000000000000000", {"code": "123456"}, expect=404)


def test_codes_are_not_sent_for_their_own_sake(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, wide(verify_phone="code")), conf=PROXY)
    d.expect_log(r"codes by SMS are off for an hour: 0 of the last 20 were entered")
    slots = hours_of(d)
    bot = Visitor(d, 1)
    bot.form(slots[0])
    form = Page(bot.send_slowly().text).form_to("/verifier")

    def ask(n):
        fields = [(k, f"06 70 00 00 {n:02}" if k == "telephone" else v) for k, v in form["fields"]]
        return bot.post(form["action"], fields + [("par", "sms")]).text
    for n in range(20):
        assert "est parti à" in ask(n)
    assert "Nous n’envoyons pas de code par SMS en ce moment" in ask(30)
    assert "03 21 00 00 00" in html.unescape(ask(31)).replace("\u00a0", " ")
