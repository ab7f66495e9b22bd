"""What streams cost over TLS: camnode's, beside nginx's files."""

import statistics
import subprocess
import time

from lab import FPS, FRAME_BYTES, cpu_seconds, free_port

STREAM = "/stream.mjpg?mode=lossless"

# As fast as the stream: a file of it, to each reader at that pace.
NGINX = """
daemon off;
master_process off;
user root;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certs/bench.pem;
    ssl_certificate_key {folder}/certs/bench.key;
    root {folder}/nginx;
    limit_rate {rate};
  }}
}}
"""


def make_certificate(lab, root):
    if not (lab.folder / "certs").exists():
        subprocess.run([root / "tools" / "make-certs", lab.folder / "certs",
                        "bench"], check=True, stdout=subprocess.DEVNULL)


def start_reader(lab, port, path):
    """Reads all there is over TLS, and tells how many bytes at the end."""
    request = f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n"
    return lab.programs.start(
        "bash", "-c", f"printf '{request}' | openssl s_client -quiet -connect "
        f"127.0.0.1:{port} 2>/dev/null | wc -c", stdout=subprocess.PIPE)


def read_over_tls(lab, server, port, path, readers, seconds):
    """CPU seconds of the server per 10^9 bytes that readers got."""
    before = cpu_seconds(server.pid)
    crowd = [start_reader(lab, port, path) for _ in range(readers)]
    time.sleep(seconds)
    used = cpu_seconds(server.pid) - before
    lab.programs.stop(server)
    got = sum(int(x.communicate(timeout=10)[0]) for x in crowd)
    lab.programs.stop(*crowd)
    least = readers * (seconds - 2) * FPS * FRAME_BYTES * 0.9
    if got < least:
        raise OSError(f"readers over TLS got {got} bytes of {least:.0f}")
    return used / got * 1e9


def camnode_over_tls(lab, readers, seconds):
    certs = lab.folder / "certs"
    server, port = lab.server(f"--stream.cert-file={certs / 'bench.pem'}",
                              f"--stream.key-file={certs / 'bench.key'}")
    lab.fill_ring()
    return read_over_tls(lab, server, port, STREAM, readers, seconds)


def camnode_in_the_clear(lab, readers, seconds):
    server, port = lab.server()
    lab.fill_ring()
    found = lab.read(port, readers, seconds, server.pid, STREAM)
    lab.programs.stop(server)
    return found["cpu_s"] / found["bytes"] * 1e9


def nginx_over_tls(lab, readers, seconds):
    port = free_port()
    (lab.folder / "nginx").mkdir(exist_ok=True)
    with open(lab.folder / "nginx" / "file", "wb") as file:
        file.truncate(2 * (seconds + 10) * FPS * FRAME_BYTES)
    config = lab.folder / "nginx.conf"
    config.write_text(NGINX.format(folder=lab.folder, port=port,
                                   rate=FPS * FRAME_BYTES))
    server = lab.programs.start("nginx", "-e", "stderr", "-c", config)
    lab.wait_for_port(port)
    return read_over_tls(lab, server, port, "/file", readers, seconds)


def tls(lab, root):
    counts, repeats, seconds = ((8,), 1, 4) if lab.quick else ((1, 8), 5, 8)
    make_certificate(lab, root)
    print(f"\ntls: the same stream over TLS, {FRAME_BYTES // 1000} KB a frame; "
          f"medians of {repeats} runs")
    print(f"  {'readers':>7}  {'server':<14} {'CPU s/GB':>8}")
    ways = {"camnode, plain": camnode_in_the_clear,
            "camnode, TLS": camnode_over_tls, "nginx, TLS": nginx_over_tls}
    for readers in counts:
        runs = {name: [] for name in ways}
        for _ in range(repeats):
            for name, way in ways.items():
                runs[name].append(way(lab, readers, seconds))
        for name, found in runs.items():
            print(f"  {readers:>7}  {name:<14} "
                  f"{statistics.median(found):>8.3f}")
        added = statistics.median(
            x - y for x, y in zip(runs["camnode, TLS"],
                                  runs["camnode, plain"]))
        lab.goal(f"to {readers} readers: TLS adds at most what nginx takes for "
                 f"all ({added:.3f} CPU s/GB)",
                 added <= statistics.median(runs["nginx, TLS"]))
