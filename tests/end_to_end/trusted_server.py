"""A camnode server as its clients see it, with certificate and token as the
test wants them, and the certificates of a room."""

import json
import re
import ssl
import subprocess
import threading
import time

from processes import HERE, PATIENCE, random_address
from streams import Listener, boottime_ns, stamped

MAKE_CERTS = HERE.parents[1] / "tools/make-certs"
MAKE_ROOM = HERE.parents[1] / "tools/make-room"

# When certificates of `make_expired` ended.
ENDED = "Jan  1 00:00:00 2021"


def make_certs(folder, *names):
    """The certificates of a room with nodes of these names."""
    subprocess.run([MAKE_CERTS, folder, *names], check=True,
                   stdout=subprocess.DEVNULL)
    return folder


def make_room(*words):
    return subprocess.run([MAKE_ROOM, *map(str, words)], capture_output=True,
                          text=True, timeout=PATIENCE, check=False)


def make_expired(folder, name):
    """Makes `NAME-expired.pem`, with the key of NAME: valid until 2021."""
    def run(*words, **options):
        subprocess.run(["openssl", *words], check=True, capture_output=True,
                       cwd=folder, **options)
    (folder / "ca.txt").write_text("")
    (folder / "ca.conf").write_text(
        "[ca]\ndefault_ca=x\n[x]\ndatabase=ca.txt\nnew_certs_dir=.\n"
        "default_md=sha256\npolicy=p\nrand_serial=yes\n[p]\nCN=supplied\n"
        f"[usage]\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:{name}\n")
    run("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}",
        "-out", f"{name}.csr")
    run("ca", "-batch", "-config", "ca.conf", "-cert", "room-ca.pem",
        "-keyfile", "room-ca.key", "-in", f"{name}.csr", "-notext",
        "-extfile", "ca.conf", "-extensions", "usage",
        "-startdate", "20200101000000Z", "-enddate", "20210101000000Z",
        "-out", f"{name}-expired.pem")


class TrustedServer:
    """Announces itself as server `name`, and sends 20 frames a second to who
    shows the token."""

    def __init__(self, room, name, tls=None, token="", announces_tls=None):
        """
        :param tls: Certificate and key; None for none.
        :param announces_tls: Whether it says so; None: as it is.
        """
        self.name = name
        self.token = token
        self.heard = [] # What came, connection by connection: in the clear, or
                        # decrypted.
        self._tls = None
        if tls:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.show(*tls)
        self._picture = room.picture
        self._epoch = boottime_ns() // 1000
        self._frames = 0
        self._listener = Listener(random_address(), 0, self._serve)
        self.where = self._listener.where
        room.helpers.append(self)
        threading.Thread(target=self._film, daemon=True).start()
        announced = bool(tls) if announces_tls is None else announces_tls
        room.ear.publish(f"camera/announce/{name}", json.dumps(
            {"id": name, "ip": self.where[0], "port": self.where[1],
             "state": "online", "epoch": self._epoch, "width": 320,
             "height": 240, "fps": 20, "version": "test",
             **({"tls": True} if announced else {})}), retain=True)

    def show(self, certificate, key):
        """Shows that certificate from now on."""
        self._tls.load_cert_chain(certificate, key)

    @property
    def connections(self):
        return self._listener.connections

    def _film(self):
        while self._listener.open:
            self._frames += 1
            time.sleep(0.05)

    def _serve(self, peer):
        at = len(self.heard)
        self.heard.append(b"")
        if self._tls:
            peer = self._tls.wrap_socket(peer, server_side=True)
        try:
            while data := peer.recv(4096):
                self.heard[at] += data
                if self._tls is None and not data.startswith(b"GET"):
                    return
                if data.endswith(b"\r\n\r\n") and not self._answer(peer, data):
                    return
        finally:
            peer.close()

    def _answer(self, peer, request):
        """Returns whether there may be further requests."""
        shown = re.search(rb"\r\nAuthorization: Bearer (\S+)\r\n", request)
        if self.token and (not shown or shown[1].decode() != self.token):
            peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
                         b"Connection: close\r\n\r\n")
            return False
        if request.startswith(b"GET /clock "):
            now = boottime_ns()
            body = json.dumps({"id": self.name, "epoch": self._epoch,
                               "receive_mono_ns": now, "send_mono_ns": now,
                               "utc_ns": time.time_ns()}).encode()
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                         % (len(body), body))
            return True
        self._stream(peer)
        return False

    def _stream(self, peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: "
                     b"multipart/x-mixed-replace; boundary=x\r\n"
                     b"X-Camnode-Id: %s\r\nX-Camnode-Epoch: %d\r\n\r\n"
                     % (self.name.encode(), self._epoch))
        sent = self._frames - 1
        while self._listener.open:
            while sent < self._frames:
                sent += 1
                jpeg = stamped(self._picture, self._epoch, sent)
                peer.sendall(b"--x\r\nContent-Length: %d\r\nX-Camnode-Epoch: %d"
                             b"\r\nX-Camnode-Sequence: %d\r\n\r\n%s\r\n"
                             % (len(jpeg), self._epoch, sent, jpeg))
            time.sleep(0.02)

    def close(self):
        self._listener.close()
