"""A film in a browser: headless Chromium seeks each frame, and tells what it
shows."""

import http.server
import json
import shutil
import subprocess
import tempfile
import threading

# Looks for the middle of each frame's time, waits until the frame of that time is
# what is shown, and posts the grey of the row of pixels in its middle.
PAGE = """<!doctype html><meta charset="utf-8"><video muted></video><script>
const once = (x, name) => new Promise((done, fail) => {
  x.addEventListener(name, done, {once: true});
  x.addEventListener('error', () => fail(x.error && x.error.message));
});
async function look() {
  const {count, rate} = await (await fetch('/what')).json();
  const video = document.querySelector('video');
  const film = await (await fetch('/film')).blob();
  video.src = URL.createObjectURL(film);
  await once(video, 'loadeddata');
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const rows = [];
  for (let n = 0; n < count; ++n) {
    const shown = new Promise(done => {
      const look = (_, x) => Math.abs(x.mediaTime * rate - n) < 0.1
        ? done() : video.requestVideoFrameCallback(look);
      video.requestVideoFrameCallback(look);
    });
    video.currentTime = (n + 0.5) / rate;
    await Promise.all([once(video, 'seeked'), shown]);
    pen.drawImage(video, 0, 0);
    const row = pen.getImageData(0, canvas.height >> 1, canvas.width, 1).data;
    rows.push(Array.from(row).filter((_, i) => i % 4 == 0));
  }
  return {duration: video.duration, rows};
}
look().catch(x => ({error: String(x)})).then(
  x => fetch('/seen', {method: 'POST', body: JSON.stringify(x)}));
</script>"""


class _Desk(http.server.BaseHTTPRequestHandler):
    """Gives out the page and the film, and takes what was seen."""

    def do_GET(self): # pylint: disable=invalid-name
        pages = {"/": ("text/html", PAGE.encode()),
                 "/what": ("application/json",
                           json.dumps(self.server.what).encode()),
                 "/film": ("video/mp4", self.server.film)}
        kind, body = pages.get(self.path, ("text/plain", b""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self): # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.seen = json.loads(body)
        self.server.done.set()

    def log_message(self, *_):
        pass


def program():
    """Chromium's name; None where there is none."""
    return shutil.which("chromium")


def look_at(film, count, rate, patience):
    """What the browser shows of a film: its duration in s, and the grey of the
    middle row of each of its frames.
    :param patience: How long it may take, s.
    """
    desk = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    desk.film = film.read_bytes()
    desk.what = {"count": count, "rate": float(rate)}
    desk.seen = None
    desk.done = threading.Event()
    threading.Thread(target=desk.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile, \
            open(f"{profile}/log", "wb") as log:
        browser = subprocess.Popen(
            [program(), "--headless", "--no-sandbox", "--disable-gpu",
             "--no-first-run", f"--user-data-dir={profile}/profile",
             f"http://127.0.0.1:{desk.server_address[1]}/"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            there = desk.done.wait(patience)
        finally:
            browser.terminate()
            browser.wait()
            desk.shutdown()
            desk.server_close()
        with open(f"{profile}/log", errors="replace") as told:
            assert there, "not every frame is shown; " + told.read()[-2000:]
    assert "error" not in desk.seen, desk.seen
    return desk.seen["duration"], desk.seen["rows"]
