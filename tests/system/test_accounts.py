# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts from the first to the last: an administrator is led to a second factor, invites by e-mail and on
paper, changes roles and never leaves an organisation alone; a password and a code are guessed in vain."""

import base64
import hashlib
import hmac
import re
import struct
import urllib.parse

import pytest

from helpers import wait_for
from small import NOW, Page, at, cookie_header, write_territory
from test_staff_pages import PASSWORD, Counsellor, add_user, words

REAL = {"demo": None}
FRESH = "une phrase toute neuve"


def code_of(secret, instant, step=0):
    """RFC 6238 by the standard library: what the telephone shows."""
    key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(instant) // 30 + step), hashlib.sha1).digest()
    at_ = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at_:at_ + 4])[0] & 0x7fffffff) % 10 ** 6:06}"


def seconds(text):
    from datetime import datetime
    return datetime.fromisoformat(text).timestamp()


def protect(browser, page, path="/equipe/connexion/protection", step=0, **present):
    """Make the second factor that a page proposes: its secret, and the codes on paper."""
    secret = re.search(r'<code id="cle">([A-Z2-7 ]+)</code>', page.text).group(1)
    assert '<svg class="qr"' in page.text and "http://www.w3.org" not in page.text
    browser.csrf = re.search(r'name="_csrf" value="([^"]+)"', page.text).group(1)
    wrong = browser.post(path, {"code": "000000", **present}, 422)
    assert "Ce code n’est pas le bon" in words(wrong)
    done = browser.post(path, {"code": code_of(secret, seconds(NOW), step), **present}, 200)
    codes = re.findall(r'<span class="code">([0-9A-Z-]+)</span>', done.text)
    assert len(set(codes)) == 10
    return secret, codes


@pytest.fixture
def office(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf=REAL)
    d.rdvctl("user", "add", "chef", "--role", "admin", "--password-stdin", stdin=PASSWORD + "\n")
    return d


def test_who_administers_makes_a_second_factor_first(office):
    d = office
    chef = Counsellor(d)
    answer = chef.log_in("chef", PASSWORD)
    assert answer.headers["Location"].endswith("/equipe/connexion/protection")
    for path in ("/equipe", "/equipe/reglages/comptes", "/equipe/compte"):
        assert chef._request("GET", path, None).headers["Location"].startswith("/equipe/connexion"), path
    page = chef._request("GET", "/equipe/connexion/protection", None)
    before = dict(chef.cookies)
    secret, codes = protect(chef, page)
    assert chef.cookies["rdvd_session"] != before["rdvd_session"], "the session grew: another token"
    assert d.request("GET", "/equipe", headers=cookie_header(before)).status == 303
    chef.get("/equipe/compte")
    # The next log-in asks for a code; the one that made it has been used, as every code once.
    again = Counsellor(d)
    answer = again.log_in("chef", PASSWORD, next="/equipe/reglages/comptes")
    assert "/equipe/connexion/code?" in answer.headers["Location"]
    assert again._request("GET", "/equipe", None).status == 303
    again.csrf = re.search(r'name="_csrf" value="([^"]+)"',
                           again._request("GET", "/equipe/connexion/code", None).text).group(1)
    again.post("/equipe/connexion/code", {"code": code_of(secret, seconds(NOW))}, 422)
    half = dict(again.cookies)
    assert again.post("/equipe/connexion/code", {"code": code_of(secret, seconds(NOW), 1),
                                                 "next": "/equipe/reglages/comptes"}) == "/equipe/reglages/comptes"
    assert again.cookies["rdvd_session"] != half["rdvd_session"]
    again.get("/equipe/reglages/comptes")
    # A code on paper, once; typed as people type.
    for typed, status in ((codes[0].lower().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        other = Counsellor(d)
        other.log_in("chef", PASSWORD)
        other.csrf = re.search(r'name="_csrf" value="([^"]+)"',
                               other._request("GET", "/equipe/connexion/code", None).text).group(1)
        other.post("/equipe/connexion/code", {"code": typed}, status)
    assert "Il reste 8 codes de secours" in words(again.get("/equipe/compte"))
    d.restart()
    assert "Il reste 8 codes de secours" in words(again.get("/equipe/compte")), "the store has it too"
    # A lost telephone: the operator takes it away, the sessions end, and it is made anew.
    d.rdvctl("user", "reset-totp", "chef")
    assert again._request("GET", "/equipe", None).status == 303
    assert Counsellor(d).log_in("chef", PASSWORD).headers["Location"].endswith("/protection")


def test_the_secret_is_not_in_the_store(office):
    d = office
    chef = Counsellor(d)
    chef.log_in("chef", PASSWORD)
    secret, codes = protect(chef, chef._request("GET", "/equipe/connexion/protection", None))
    d.stop()
    kept = b"".join(p.read_bytes() for p in d.data.glob("rdvd.db*"))
    plain = secret.replace(" ", "")
    assert plain.encode() not in kept and base64.b32decode(plain) not in kept
    assert not any(c.encode() in kept or c.replace("-", "").encode() in kept for c in codes)
    d.start()


def test_codes_are_guessed_slowly(office):
    d = office
    chef = Counsellor(d)
    chef.log_in("chef", PASSWORD)
    secret, _ = protect(chef, chef._request("GET", "/equipe/connexion/protection", None))
    thief = Counsellor(d)
    thief.log_in("chef", PASSWORD)
    thief.csrf = re.search(r'name="_csrf" value="([^"]+)"',
                           thief._request("GET", "/equipe/connexion/code", None).text).group(1)
    seen = [thief._request("POST", "/equipe/connexion/code", [("_csrf", thief.csrf), ("code", f"{n:06}")])
            for n in range(12)]
    assert [a.status for a in seen[:3]] == [422] * 3 and seen[-1].status == 429
    assert 1 <= int(seen[-1].headers["Retry-After"]) <= 300
    # and it is not for good
    assert wait_for(lambda: thief._request("POST", "/equipe/connexion/code",
                                           [("_csrf", thief.csrf), ("code", code_of(secret, seconds(NOW), 1))]
                                           ).status == 303, "the wait to be over", 20, 0.2)


def link_in(d, count):
    mail = d.wait_spool(count)[-1]
    return urllib.parse.urlsplit(re.search(r"http\S+/equipe/invitation/\S+", mail.text).group(0)).path


def test_invited_by_mail_and_on_paper(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    add_user(d, "chef", role="network")
    chef = Counsellor(d, "chef")
    chef.get("/equipe/reglages/comptes")
    typed = {"nom": "Ana Lefebvre", "email": "ana@cllaj.fr", "role": "counsellor", "structure": "o", "agenda": "+",
             "action": "envoyer"}
    assert chef.post("/equipe/reglages/comptes", typed) == "/equipe/reglages/comptes?fait=invite"
    path = link_in(d, 1)
    # nobody else reads the link: neither colleagues nor programs
    secret = path.rsplit("/", 1)[1]
    assert secret not in d.rdvctl("messages", json_out=True).__repr__()
    assert secret not in d.request("GET", "/demo/messages").text
    ana = Counsellor(d)
    page = ana.get(path)
    assert 'value="ana"' in page.text and "CLLAJ" in words(page)
    for password, why in (("xk9-vq2", "trop court"), ("motdepasse2026!", "essaie en premier"),
                          ("azertyuiopqsdf", "suit le clavier"), ("Ana.Lefebvre.62", "presque votre nom")):
        told = ana.post(path, {"nom": "Ana Lefebvre", "identifiant": "ana", "mot_de_passe": password}, 422)
        assert why in words(told) and password not in told.text and 'value="Ana Lefebvre"' in told.text
    taken = ana.post(path, {"nom": "Ana", "identifiant": "chef", "mot_de_passe": FRESH}, 422)
    assert "déjà cet identifiant" in words(taken)
    assert ana.post(path, {"nom": "Ana Lefebvre", "identifiant": "ana", "mot_de_passe": FRESH}) == "/equipe"
    assert "agenda de Ana Lefebvre" in words(ana.get("/equipe/compte"))
    assert Counsellor(d).get(path, 404).status == 404, "once"
    # on paper, typed as people type
    chef.get("/equipe/reglages/comptes")
    paper = chef.post("/equipe/reglages/comptes", {"nom": "Bob", "role": "desk", "structure": "o", "agenda": "",
                                                   "action": "imprimer"}, 200)
    code = re.search(r'id="code">([0-9A-Z-]{14})<', paper.text).group(1)
    bob = Counsellor(d)
    bob.get("/equipe/invitation")
    path = bob.post("/equipe/invitation", {"code": code.lower().replace("-", " ")})
    bob.get(path)
    assert bob.post(path, {"nom": "Bob", "identifiant": "bob", "mot_de_passe": FRESH}) == "/equipe"
    # taken back
    chef.get("/equipe/reglages/comptes")
    paper = chef.post("/equipe/reglages/comptes", {"nom": "Eve", "role": "desk", "structure": "o", "agenda": "",
                                                   "action": "imprimer"}, 200)
    code = re.search(r'id="code">([0-9A-Z-]{14})<', paper.text).group(1)
    listed = chef.get("/equipe/reglages/comptes")
    chef.post(re.search(r'"(/equipe/reglages/comptes/invitations/\d+/retirer)"', listed.text).group(1), {})
    assert Counsellor(d).get("/equipe/invitation/" + code, 404)
    # guessed in vain
    guesser = Counsellor(d)
    statuses = [guesser._request("GET", f"/equipe/invitation/AAAA-AAAA-{n:04}", None).status for n in range(12)]
    assert statuses[0] == 404 and statuses[-1] == 429
    # a week, and not a day longer
    d.restart()
    chef.get("/equipe/reglages/comptes")
    paper = chef.post("/equipe/reglages/comptes", {"nom": "Fay", "role": "desk", "structure": "o", "agenda": "",
                                                   "action": "imprimer"}, 200)
    code = re.search(r'id="code">([0-9A-Z-]{14})<', paper.text).group(1)
    d.restart(now=at("2026-03-27", 7))
    Counsellor(d).get("/equipe/invitation/" + code)
    d.restart(now=at("2026-03-27", 9))
    Counsellor(d).get("/equipe/invitation/" + code, 404)


def test_somebody_who_administers_always_stays(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    add_user(d, "chef", role="network")
    for login, role in (("ada", "admin"), ("bob", "counsellor")):
        d.rdvctl("user", "add", login, "--role", role, "--organisation", "o", "--password-stdin", stdin=PASSWORD + "\n")
    ids = dict(re.findall(r'/comptes/(\d+)">([a-z]+)<', Counsellor(d, "chef").get("/equipe/reglages/comptes").text))
    ids = {login: number for number, login in ids.items()}
    chef, ada = Counsellor(d, "chef"), Counsellor(d, "ada")
    url = "/equipe/reglages/comptes/"
    chef.get(url + ids["ada"])
    told = chef.post(url + ids["ada"], {"nom": "Ada", "email": "", "role": "desk", "structure": "o", "agenda": ""}, 422)
    assert "au moins une personne qui administre" in words(told)
    assert "au moins une personne" in words(chef.post(url + ids["ada"] + "/acces", {"action": "fermer"}, 422))
    # nobody raises themselves, nor sees who is above
    ada.get(url + ids["bob"])
    ada.get(url + ids["chef"], 404)
    ada.post(url + ids["bob"], {"nom": "Bob", "email": "", "role": "network", "agenda": ""}, 422)
    ada.post(url + ids["chef"] + "/lien", {"action": "imprimer"}, 404)
    ada.post(url + ids["ada"], {"nom": "Ada", "email": "", "role": "network", "agenda": ""}, 422)
    # with a second one, the first may go, and is logged out at once
    ada.post(url + ids["bob"], {"nom": "Bob", "email": "bob@cllaj.fr", "role": "admin", "agenda": ""})
    chef.post(url + ids["ada"] + "/acces", {"action": "fermer"})
    assert ada._request("GET", "/equipe", None).status == 303
    chef.post(url + ids["ada"] + "/acces", {"action": "ouvrir"})
    # who forgot: a link that ends the old sessions and keeps the role
    bob = Counsellor(d, "bob")
    chef.post(url + ids["bob"] + "/lien", {"action": "envoyer"})
    path = link_in(d, 1)
    guest = Counsellor(d)
    guest.get(path)
    assert guest.post(path, {"mot_de_passe": FRESH}) == "/equipe"
    assert bob._request("GET", "/equipe", None).status == 303
    assert Counsellor(d).log_in("bob", PASSWORD).status == 403
    assert Counsellor(d).log_in("bob", FRESH).status == 303


def test_ones_own_password_and_browsers(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    add_user(d, "ada", "ada")
    here, there, third = Counsellor(d), Counsellor(d), Counsellor(d)
    for browser, agent in ((here, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
                           (there, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) AppleWebKit/605 Version/17.5 Safari/604"),
                           (third, "")):
        browser.headers["User-Agent"] = agent
        assert browser.log_in("ada", PASSWORD).status == 303
    page = here.get("/equipe/compte")
    assert "Firefox, Linux celui-ci" in words(page) and "Safari, iPhone" in words(page)
    assert "Appareil inconnu" in words(page)
    row = page.text[page.text.index("Safari, iPhone"):]
    here.post("/equipe/compte/appareils", {"appareil": re.search(r'name="appareil" value="(\w+)"', row).group(1)})
    assert there._request("GET", "/equipe", None).status == 303
    assert third._request("GET", "/equipe", None).status == 200
    here.get("/equipe/compte")
    wrong = here.post("/equipe/compte/mot-de-passe", {"present": "ce n’est pas lui", "nouveau": FRESH}, 422)
    assert "pas votre mot de passe actuel" in words(wrong)
    here.post("/equipe/compte/mot-de-passe", {"present": PASSWORD, "nouveau": "motdepasse123"}, 422)
    before = dict(here.cookies)
    assert here.post("/equipe/compte/mot-de-passe", {"present": PASSWORD, "nouveau": FRESH}) \
        == "/equipe/compte?fait=mot-de-passe"
    assert here.cookies["rdvd_session"] != before["rdvd_session"]
    assert d.request("GET", "/equipe", headers=cookie_header(before)).status == 303
    assert third._request("GET", "/equipe", None).status == 303
    here.get("/equipe/compte")
    assert Counsellor(d).log_in("ada", PASSWORD).status == 403
    other = Counsellor(d, "ada", FRESH)
    assert here.post("/equipe/compte/appareils", {"appareil": "autres"}) == "/equipe/compte?fait=autres"
    assert other._request("GET", "/equipe", None).status == 303
    # a second factor of one's own will, and its end
    here.headers.pop("User-Agent")
    page = here.get("/equipe/compte/protection")
    unproven = here.post("/equipe/compte/protection", {"code": "000000", "present": "faux"}, 422)
    assert "Ce n’est pas votre mot de passe actuel" in words(unproven)
    secret, _ = protect(here, page, "/equipe/compte/protection", present=FRESH)
    here.get("/equipe/compte")
    here.post("/equipe/compte/protection/retirer", {"present": "faux"}, 422)
    again = here.post("/equipe/compte/codes", {"present": FRESH}, 200)
    assert len(re.findall(r'<span class="code">', again.text)) == 10
    here.get("/equipe/compte")
    assert here.post("/equipe/compte/protection/retirer", {"present": FRESH}) == "/equipe/compte?fait=sans-protection"


def test_tokens_are_made_shown_once_and_revoked(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    add_user(d, "chef", role="network")
    chef = Counsellor(d, "chef")
    chef.get("/equipe/reglages/programmes")
    made = chef.post("/equipe/reglages/programmes", {"usage": "Tableau de bord", "role": "observer",
                                                     "structure": "o"}, 200)
    token = re.search(r'<code id="jeton">([\w-]{22})</code>', made.text).group(1)
    bearer = {"Authorization": f"Bearer {token}"}
    assert d.request("GET", "/api/v1/staff/appointments", headers=bearer).status == 403
    listed = chef.get("/equipe/reglages/programmes")
    assert token not in listed.text and "Tableau de bord" in words(listed)
    shown = d.rdvctl("token", "list", json_out=True)["tokens"]
    assert [(t["label"], t["role"], t["organisation"]) for t in shown] == [("Tableau de bord", "observer", "o")]
    chef.post("/equipe/reglages/programmes/revoquer",
              {"jeton": re.search(r'name="jeton" value="(\w+)"', listed.text).group(1)})
    assert d.request("GET", "/api/v1/staff/appointments", headers=bearer).status == 401
    d.restart()
    assert d.request("GET", "/api/v1/staff/appointments", headers=bearer).status == 401
    other = d.rdvctl("token", "add", "desk", "--organisation", "o").stdout.strip()
    d.rdvctl("token", "revoke", d.rdvctl("token", "list", json_out=True)["tokens"][0]["id"])
    assert d.request("GET", "/api/v1/staff/appointments", headers={"Authorization": f"Bearer {other}"}).status == 401
    assert "rdvctl: usage" in d.rdvctl("token", "give", "desk", status=2).stderr
    assert "chef" in d.rdvctl("user", "list").stdout
