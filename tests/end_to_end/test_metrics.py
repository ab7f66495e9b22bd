"""What nodes tell of themselves: metrics, health, status, dashboard."""

import json
import os
import pathlib
import re
import socket
import subprocess

from metrics import check_histogram, scrape
from processes import free_port, random_address, wait_until
from streams import Reader, get

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"


def trouble_of(where):
    """Status and text of /healthz, which is one line."""
    status, _, body = get(where, "/healthz")
    text = body.decode()
    assert text.endswith("\n") and text.count("\n") == 1
    assert (status == 200) == (text == "ok\n")
    return status, text.strip()


def test_a_server_without_readers_and_camera_has_figures(quiet_room):
    where = quiet_room.server("cam-a", "--camera.source=none").where()
    figures = scrape(where)
    assert figures["camnode_frames_captured_total"] == 0
    assert figures["camnode_ring_frames"] == 0
    assert figures["camnode_ring_capacity_bytes"] == 128 << 20
    assert figures["camnode_stream_reader_lag_frames"] == 0
    assert check_histogram(figures, "camnode_capture_to_sent_seconds") == 0
    assert figures["process_resident_memory_bytes"] > 1 << 20
    assert 5 < figures["process_open_fds"] < figures["process_max_fds"]
    assert 'camnode_actor_mailbox_messages{actor="stream_publisher"}' \
        in figures


def test_a_server_under_load_has_figures(quiet_room):
    where = quiet_room.server(
        "cam-a", quiet_room.stamped("cam-a", fps=50, padding=3)).where()
    readers = [Reader(where), Reader(where, "/stream.mjpg")]
    # One that reads nothing, and so falls behind.
    slow = socket.create_connection(where, 10)
    slow.sendall(b"GET /stream.mjpg?mode=lossless HTTP/1.1\r\n"
                 b"Host: localhost\r\n\r\n")
    for reader in readers:
        reader.wait(60)
    first = scrape(where)
    assert first['camnode_stream_readers{protocol="http"}'] == 3
    assert first["camnode_stream_reader_lag_frames"] > 0
    assert first["camnode_frames_captured_total"] >= 60
    assert first["camnode_stream_frames_sent_total"] >= 120
    sent = check_histogram(first, "camnode_capture_to_sent_seconds")
    # Counted one after the other.
    assert abs(sent - first["camnode_stream_frames_sent_total"]) <= 2
    assert check_histogram(first, "camnode_capture_to_ring_seconds") >= 60
    for reader in readers:
        reader.wait(len(reader.parts) + 20)
        reader.close()
    slow.close()
    wait_until("nobody lags",
               lambda: scrape(where)["camnode_stream_reader_lag_frames"] == 0)
    second = scrape(where)
    for name, kind in first.kinds.items():
        if kind == "counter":
            assert second.sum(name) >= first.sum(name)
    assert second["process_cpu_seconds_total"] \
        > first["process_cpu_seconds_total"] > 0
    assert abs(second["process_start_time_seconds"]
               - first["process_start_time_seconds"]) < 1e-6


def test_a_client_alone_says_what_it_misses(quiet_room):
    where = quiet_room.client().status_where()
    figures = scrape(where)
    assert figures["camnode_broker_connected"] == 0
    assert figures['camnode_session_state{state="idle"}'] == 1
    assert figures["camnode_data_free_bytes"] > 0
    status, text = trouble_of(where)
    assert status == 503 and "broker" in text
    wait_until("there is a status", lambda: get(where, "/status")[0] == 200)
    assert json.loads(get(where, "/status")[2])["state"] == "idle"
    assert b"<html" in get(where, "/")[2]
    assert get(where, "/stream.mjpg")[0] == 404


def test_a_client_at_work_has_figures(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    room.server("cam-b", room.stamped("cam-b")).where()
    where = room.client().status_where()
    room.wait_connected("cam-a", "cam-b")
    wait_until("all is well", lambda: trouble_of(where)[0] == 200)
    idle = scrape(where)
    assert idle['camnode_camera_state{camera="cam-a",state="idle"}'] == 1
    session = room.start_recording()
    room.ear.publish("sensor/a\"b\\c", '{"x":1}')
    room.ear.publish("sensor/plain", "1.5")
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 50
                    and x["cameras"]["cam-b"]["frames_durable"] > 50
                    and x["sensors"]["received"] == 2)
    figures = scrape(where)
    assert trouble_of(where) == (200, "ok")
    assert json.loads(get(where, "/status")[2])["session"] == session
    assert round(figures["camnode_session_start_time_seconds"] * 1000) \
        == session
    assert figures[
        r'camnode_sensor_readings_received_total{topic="sensor/a\"b\\c"}'] == 1
    for camera in ("cam-a", "cam-b"):
        label = f'camera="{camera}"'
        of = {x: figures[f"camnode_{x}{{{label}}}"] for x in (
            "recording_frames_captured_total",
            "recording_frames_written_total",
            "recording_frames_durable_total", "frames_received_total",
            "camera_connected", "recording_durable_age_seconds",
            "clock_error_seconds", "viewer_ring_frames",
            "recording_segments_total")}
        lost = figures.sum("camnode_recording_frames_lost_total{" + label)
        assert of["recording_frames_captured_total"] \
            == of["recording_frames_written_total"] + lost
        assert 50 < of["recording_frames_durable_total"] \
            <= of["recording_frames_written_total"]
        assert of["frames_received_total"] \
            >= of["recording_frames_written_total"]
        assert of["camera_connected"] == of["recording_segments_total"] / \
            of["recording_segments_total"] == 1
        assert 0 <= of["recording_durable_age_seconds"] < 10
        assert 0 < of["clock_error_seconds"] < 1
        assert of["viewer_ring_frames"] > 0
        assert check_histogram(figures, "camnode_capture_to_received_seconds",
                               label) > 50
        assert check_histogram(figures, "camnode_received_to_durable_seconds",
                               label) > 50
    server.kill()
    wait_until("the lost camera is named", lambda: "cam-a" in
               trouble_of(where)[1])
    assert "cam-b" not in trouble_of(where)[1]
    scrape(where)
    room.stop_recording()
    check_readings_outside(room, where)


def check_readings_outside(room, where):
    """What comes while nothing is recorded is seen, and the books balance."""
    for number in range(3):
        room.ear.publish("sensor/plain", str(number))
    light = room.wait_light(lambda x: x["sensors"]["outside_sessions"] == 3)
    assert light["sensors"]["received"] == light["sensors"]["written"] \
        + light["sensors"]["rejected"] == 2
    figures = scrape(where)
    name = "camnode_sensor_readings_"
    assert figures[name + 'received_total{topic="sensor/plain"}'] == 4
    assert figures[name + 'rejected_total{reason="no session"}'] == 3
    assert figures.sum(name + "received_total") == 5 \
        == figures.sum(name + "written_total") \
        + figures.sum(name + "rejected_total")


def test_a_taken_port_is_a_warning_and_no_more(room):
    host = random_address()
    port = free_port(host)
    first = room.client(f"--http.host={host}", name="first", http_port=port)
    assert first.status_where() == (host, port)
    room.server("cam-a", room.stamped("cam-a")).where()
    second = room.client(f"--http.host={host}", name="second", http_port=port,
                         data=room.folder / "second")
    second.wait_log(r"warning status_port: .*trying again")
    room.wait_light(lambda x: x["cameras"].get("cam-a", {}).get("connected"),
                    name="second")
    room.ear.publish("command/rec", "start")
    room.wait_light(lambda x: x["cameras"]["cam-a"]["frames_durable"] > 0,
                    name="second")
    room.ear.publish("command/rec", "stop")
    for name in ("first", "second"):
        room.wait_light(lambda x: x["state"] == "idle", name=name)
    first.end()
    assert second.status_where() == (host, port)
    wait_until("the second one answers",
               lambda: json.loads(get((host, port), "/status")[2])["client"]
               == "second")
    assert len(re.findall("trying again", second.log())) == 1


def test_the_port_can_be_switched_off(quiet_room):
    client = quiet_room.client("--http.enabled=false")
    client.wait_log("inspector: answers camctl on ")
    client.wait_log("discovery: ")
    inodes = {x[9] for x in (line.split() for line in pathlib.Path(
        f"/proc/{client.pid}/net/tcp").read_text().splitlines()[1:])
        if x[3] == "0A"}
    own = {re.sub(r"\D", "", os.readlink(x)) for x in
           pathlib.Path(f"/proc/{client.pid}/fd").iterdir() if x.exists()}
    assert not inodes & own
    assert "status_port" not in client.log()


def test_whoever_says_nothing_keeps_nobody_out(quiet_room):
    """64 connections at a time, each with 5 s for its request."""
    client = quiet_room.client()
    where = client.status_where()
    silent = [socket.create_connection(where, 10) for _ in range(70)]

    def answers():
        try:
            return get(where, "/healthz", timeout=2)[0] == 503
        except OSError:
            return False
    wait_until("the silent ones are closed", answers)
    for x in silent:
        x.close()


# -- what is made of the figures -----------------------------------------------

def names_in(text):
    """Metric names in expressions of Prometheus."""
    return set(re.findall(r"\b(?:camnode|process)_[a-z0-9_]+", text))


def dashboard_expressions():
    dashboard = json.loads((CONFIGS / "grafana-dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"]
            for target in panel.get("targets", [])]


def test_dashboard_and_alerts_ask_for_what_there_is(room):
    server = room.server("cam-a", room.stamped("cam-a")).where()
    client = room.client().status_where()
    there = scrape(server).names() | scrape(client).names()
    rules = CONFIGS / "prometheus-alerts.yml"
    used = names_in(rules.read_text())
    for expression in dashboard_expressions():
        used |= names_in(expression)
    assert len(used) > 20
    assert not used - there
    subprocess.run(["promtool", "check", "rules", rules], check=True,
                   capture_output=True)


def test_prometheus_understands_the_dashboard():
    """Its tool checks rules only: so each expression becomes one."""
    rules = {"groups": [{"name": "dashboard", "rules": [
        {"record": f"panel:{i}", "expr": re.sub(r"\$__rate_interval", "1m",
                                                x)}
        for i, x in enumerate(dashboard_expressions())]}]}
    done = subprocess.run(["promtool", "check", "rules", "/dev/stdin"],
                          input=json.dumps(rules), text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
