# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Postfix as an instance of the test's own: its folders under one temporary one, its port free, mail
taken only after STARTTLS and a login (Cyrus SASL, sasldb), relayed to a sink that counts. Bounces to
bounces+ANYTHING@bounce.example come to rest in a Maildir. Runs as root, as Postfix itself must."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from helpers import free_port, wait_for

MAIN = """compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/lib
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = localhost
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:{sink}
smtp_tls_security_level = none
smtp_host_lookup = native
maillog_file = {base}/log/mail.log
maillog_file_prefixes = {base}
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {base}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_count_limit = 0
default_destination_concurrency_limit = 20
initial_destination_concurrency = 20
smtp_destination_recipient_limit = 1
recipient_delimiter = +
virtual_mailbox_domains = bounce.example
virtual_mailbox_base = {base}/maildir
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
local_recipient_maps =
alias_maps =
alias_database =
"""

MASTER = """127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Postfix:
    """Use it in a with statement. certificate: (certificate, key) files; users: {name@realm: password}."""

    def __init__(self, certificate, users, sink_port):
        self.certificate, self.users, self.sink_port = certificate, users, sink_port
        self.port = free_port()

    def __enter__(self):
        # not under pytest's folder, which Postfix's own user may not enter
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="rdvd-postfix-", dir="/tmp"))
        self.base.chmod(0o755)
        try:
            self._prepare()
            self._run("start")
            wait_for(self._answers, "Postfix to answer", 20)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _prepare(self):
        nobody = 65534
        for name in ("conf", "conf/sasl", "queue", "lib", "log", "maildir"):
            (self.base / name).mkdir()
        shutil.chown(self.base / "lib", "postfix")
        shutil.chown(self.base / "maildir", nobody, nobody)
        chain = self.base / "server.pem"
        chain.touch(mode=0o600)
        chain.write_text("".join(pathlib.Path(p).read_text() for p in reversed(self.certificate)))
        # Debian's Postfix looks for it beside main.cf
        (self.base / "conf" / "sasl" / "smtpd.conf").write_text(
            f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {self.base}/sasldb2\n"
            "mech_list: PLAIN LOGIN DIGEST-MD5 CRAM-MD5\n")
        for user, password in self.users.items():
            name, realm = user.split("@")
            subprocess.run(["saslpasswd2", "-p", "-c", "-f", self.base / "sasldb2", "-u", realm, name],
                           input=password, text=True, check=True, capture_output=True)
        shutil.chown(self.base / "sasldb2", "postfix")
        (self.base / "conf" / "main.cf").write_text(
            MAIN.format(base=self.base, sink=self.sink_port, uid=nobody, gid=nobody))
        (self.base / "conf" / "master.cf").write_text(MASTER.format(port=self.port))

    def _run(self, verb):
        done = subprocess.run(["/usr/sbin/postfix", "-c", self.base / "conf", verb], capture_output=True, text=True)
        assert done.returncode == 0, f"postfix {verb}: {done.stdout}{done.stderr}{self.log()}"

    def _answers(self):
        import socket
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                return s.recv(4) == b"220 "
        except OSError:
            return False

    def __exit__(self, *exc):
        subprocess.run(["/usr/sbin/postfix", "-c", self.base / "conf", "stop"], capture_output=True)
        shutil.rmtree(self.base, ignore_errors=True)
        return False

    def log(self):
        path = self.base / "log" / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue_is_empty(self):
        return not any(p.is_file() for name in ("incoming", "active", "deferred")
                       for p in (self.base / "queue" / name).rglob("*"))

    @property
    def bounces(self):
        """The Maildir, made as Postfix makes it."""
        box = self.base / "maildir" / "box"
        for name in ("", "new", "cur", "tmp"):
            (box / name).mkdir(exist_ok=True)
            os.chown(box / name, 65534, 65534)
        return box
