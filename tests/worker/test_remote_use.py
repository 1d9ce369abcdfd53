"""A worker and its clients on different machines, which are folders here: real processes, sockets and keys."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import zmq

from landcast.core.client.client import WorkerClient
from landcast.core.client.errors import ConnectError, RefusedError, WrongKeyError
from landcast.core.client.settings import Patience
from landcast.core.protocol.connection import ConnectionFile
from landcast.core.protocol.fields import new_id
from landcast.core.protocol.messages import Error as ErrorMessage
from landcast.core.protocol.messages import Failed, Hello, Plan, Shutdown, StatusQuestion, VerifyModel, Welcome
from landcast.core.protocol.requests import PredictRequest, SourceGrid
from landcast.core.protocol.versions import SPOKEN
from landcast.tests.worker.machines import COUNTING_IMPORTS, Machine, introduce, keys_of, listed
from landcast.tests.worker.raw import RawClient, predict_job, wait_until
from landcast.worker.demo.scene import write_scene
from landcast.worker.host.access import make_pair

BRIEF = Patience(ping_s=0.2, silent_s=5.0, retry_s=0.1, lost_s=2.0)
NewMachine = Callable[..., Machine]


def make_machines(folder: Path) -> Iterator[NewMachine]:
    made: list[Machine] = []

    def make(name: str) -> Machine:
        made.append(Machine(folder / name))
        return made[-1]

    yield make
    for machine in made:
        machine.end()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[NewMachine]:
    """Make machines; nothing runs on them when the test ends."""
    yield from make_machines(tmp_path)


@pytest.fixture(scope="module")
def shared_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewMachine]:
    yield from make_machines(tmp_path_factory.mktemp("machines"))


@pytest.fixture(scope="module")
def worker(shared_machine: NewMachine) -> Machine:
    """A machine whose worker is open to others; one client is on its list that is nobody's."""
    made = shared_machine("worker")
    made.do("keys", "allow", "somebody", make_pair().public)
    made.serve("--bind", "tcp://0.0.0.0:*")
    return made


@pytest.fixture
def client(machine: NewMachine, worker: Machine) -> Iterator[Machine]:
    """A machine that may use the worker."""
    made = machine("client")
    introduce(made, worker)
    yield made
    if "client" in listed(worker)["clients"]:  # type: ignore[operator]
        worker.do("keys", "remove", "client")


def ask(machine: Machine, endpoint: str) -> tuple[int, str, float]:
    """Ask a worker how it is: code, error, seconds that the command waited for the worker at most."""
    began = time.monotonic()
    code, _, err = machine.run("serve", "--status", "--worker", endpoint)
    return code, err, time.monotonic() - began


@pytest.fixture
def scene(client: Machine) -> Path:
    """An image with a hole, on the client's machine."""
    path = client.folder / "work" / "scene.tif"
    write_scene(path, (260, 400), seed=3)
    with rasterio.open(path, "r+") as dataset:
        mask = np.full(dataset.shape, 255, np.uint8)
        mask[100:130, 180:230] = 0
        dataset.write_mask(mask)
    return path


def bounds_of(path: Path, rows: slice, columns: slice) -> str:
    with rasterio.open(path) as dataset:
        left, top = dataset.transform @ (columns.start, rows.start)
        right, bottom = dataset.transform @ (columns.stop, rows.stop)
    return f"{left},{bottom},{right},{top}"


def test_a_worker_elsewhere_predicts_what_this_machine_would(worker: Machine, client: Machine, scene: Path) -> None:
    extent = bounds_of(scene, slice(80, 180), slice(150, 290))
    how = ["--extent", extent, "--members", 2, "--seed", 5, "--sampling-steps", 1, "--device", "cpu", "--precision",
           "fp32", "--source-date", "2016-06-14", "--years", 1, "--json", "--progress", "lines"]  # fmt: skip
    elsewhere = ["--worker", worker.connection.endpoint, "-o", "NAME.tif", "--quicklook", "../NAME.png"]
    answer: dict[str, dict[str, object]] = {}
    said: dict[str, list[str]] = {}
    for name, more in {"here": ["-o", "NAME.tif", "--quicklook", "../NAME.png"], "there": elsewhere}.items():
        asked = ["predict", scene.name, *how, *(one.replace("NAME", name) for one in more)]
        program = [sys.executable, "-c", COUNTING_IMPORTS]
        code, out, err = client.run(*asked, program=program)
        assert code == 0, err
        *said[name], imported = err.splitlines()
        assert imported == ("torch" if name == "here" else "no torch")
        answer[name] = json.loads(out.replace(name, "NAME"))
        del answer[name]["seconds"]
    # a file is hashed where it is; its pixels are hashed everywhere
    del answer["here"]["source_sha256"]
    assert answer["here"] == answer["there"]
    assert answer["here"]["source_pixels_sha256"]
    warned = [[line for line in lines if line.startswith("warning: ")] for lines in said.values()]
    assert warned[0] == warned[1]
    assert "--years 1" in warned[0][0]
    assert said["here"][-1] == said["there"][-1]
    for suffix in (".tif", "_spread.tif", "_change.tif"):
        with (
            rasterio.open(scene.with_name(f"here{suffix}")) as here,
            rasterio.open(scene.with_name(f"there{suffix}")) as there,
        ):
            assert here.shape == (100, 140)
            np.testing.assert_array_equal(here.read(), there.read())
            np.testing.assert_array_equal(here.dataset_mask(), there.dataset_mask())
            assert not here.dataset_mask().all()
            assert (here.crs, here.transform, here.descriptions) == (there.crs, there.transform, there.descriptions)
            tags = here.tags()
            del tags["LANDCAST_SOURCE_SHA256"]
            assert tags == there.tags()
    here_png, there_png = client.folder / "here.png", client.folder / "there.png"
    assert here_png.read_bytes() == there_png.read_bytes()
    names = {path.name for path in scene.parent.iterdir()}
    layers = {f"{name}{suffix}.tif" for name in ("here", "there") for suffix in ("", "_spread", "_change")}
    assert names - {"scene.tif.msk"} == {"scene.tif", *layers}
    with WorkerClient(worker.connection.endpoint, keys_of(client, str(worker.connection.server_key))) as asking:
        assert asking.status().jobs == ()
    assert not list((worker.folder / "cache" / "jobs").glob("*"))


def test_pixels_that_are_resampled_here_give_nearly_the_same(worker: Machine, client: Machine, scene: Path) -> None:
    extent = bounds_of(scene, slice(20, 120), slice(20, 140))
    how = ["--extent", extent, "--ground-scale", 90, "--sampling-steps", 1, "--device", "cpu", "--precision", "fp32"]
    client.do("predict", scene.name, *how, "-o", "here.tif")
    client.do("predict", scene.name, *how, "-o", "there.tif", "--worker", worker.connection.endpoint)
    with rasterio.open(scene.with_name("here.tif")) as one, rasterio.open(scene.with_name("there.tif")) as other:
        assert (one.crs, one.transform, one.shape) == (other.crs, other.transform, other.shape)
        np.testing.assert_array_equal(one.dataset_mask(), other.dataset_mask())
        apart = np.abs(one.read().astype(int) - other.read())
    # what is sent is rounded to whole levels
    assert apart.max() <= 2
    assert (apart > 1).mean() < 0.001


def test_a_result_that_is_there_already_is_left_alone(worker: Machine, client: Machine, scene: Path) -> None:
    there = scene.with_name("scene_pred.tif")
    there.write_bytes(b"mine")
    code, out, err = client.run("predict", scene.name, "--worker", worker.connection.endpoint)
    assert (code, out, err) == (1, "", "error: scene_pred.tif: exists; --overwrite replaces it\n")
    assert there.read_bytes() == b"mine"


def test_warnings_of_the_source_are_errors_where_asked(worker: Machine, client: Machine, scene: Path) -> None:
    code, _, err = client.run(
        "predict", scene.name, "--strict", "--years", 1, "--worker", worker.connection.endpoint, "-o", "out.tif"
    )
    assert (code, "error: --strict: 1 warning is an error" in err) == (1, True)
    assert not scene.with_name("out.tif").exists()


def test_a_client_becomes_known_and_unknown_without_a_restart(machine: NewMachine, worker: Machine) -> None:
    other, endpoint = machine("other"), worker.connection.endpoint
    code, err, waited_s = ask(other, endpoint)
    assert (code, "demands a client key" in err, f"landcast keys trust {endpoint}" in err) == (1, True, True)
    other.do("keys", "trust", endpoint, worker.public_key("--worker"))
    code, err, _ = ask(other, endpoint)
    assert (code, "`landcast keys make` makes one" in err) == (1, True)
    public = other.public_key()
    code, err, waited_s = ask(other, endpoint)
    assert (code, f"landcast keys allow NAME {public}" in err) == (1, True)
    assert waited_s < 3 + 10, "a message within 3 s, and a slow machine"
    worker.do("keys", "allow", "other", public)
    assert ask(other, endpoint)[0] == 0
    with WorkerClient(endpoint, keys_of(other, str(worker.connection.server_key)), patience=BRIEF) as asking:
        assert not asking.connect().is_local
        worker.do("keys", "remove", "other")
        # who was there already is not answered any more, and cannot come back
        with pytest.raises(ConnectError, match=r"does not know the client key|silent"):
            asking.status(60)
        wait_until(lambda: "is not answered" in worker.log(), what="the end of the conversation")
    code, err, _ = ask(other, endpoint)
    assert (code, "does not know the client key" in err) == (1, True)


def test_each_wrong_key_is_told_within_three_seconds(
    client: Machine, worker: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in client.environment.items():
        monkeypatch.setenv(name, value)
    endpoint, server = worker.connection.endpoint, str(worker.connection.server_key)
    stranger = [key.decode() for key in zmq.curve_keypair()]
    right = keys_of(client, server)
    known = {**client.keys.read_workers()}
    for keys, workers, said in (
        (None, {}, "demands a client key, and none is known for it here"),
        (None, {endpoint: stranger[0]}, "the worker has another key itself"),
        (type(right)(stranger[0], stranger[1], server), known, "does not know the client key"),
        (type(right)(right.public, right.secret, stranger[0]), known, "the worker has another key itself"),
    ):
        client.keys.write_workers(workers)
        began = time.monotonic()
        with pytest.raises(WrongKeyError, match=said), WorkerClient(endpoint, keys) as asking:
            asking.connect()
        assert time.monotonic() - began < 3.5
    client.keys.write_workers(known)
    with WorkerClient(endpoint) as asking:
        assert not asking.connect().is_local


def test_a_worker_without_keys_is_not_spoken_to_by_who_knows_one(
    machine: NewMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, client = machine("plain"), machine("client")
    plain.serve()
    endpoint = plain.connection.endpoint
    assert plain.connection.server_key is None
    client.public_key()
    client.do("keys", "trust", endpoint, make_pair().public)
    code, err, _ = ask(client, endpoint)
    assert (code, f"forget its key with `landcast keys remove {endpoint}`" in err) == (1, True)
    client.do("keys", "remove", endpoint)
    assert ask(client, endpoint)[0] == 0


def test_the_machine_of_the_worker_needs_no_list_and_a_stranger_on_it_gets_nowhere(machine: NewMachine) -> None:
    here, stranger = machine("here"), machine("stranger")
    process = here.serve("--curve")
    connection = here.connection
    assert connection.server_key == here.public_key("--worker")
    assert json.loads(here.do("serve", "--status"))["process"] == process.pid
    with WorkerClient(here.folder / "cache" / "worker.json") as asking:
        assert asking.connect().is_local
    assert ask(stranger, connection.endpoint)[0] == 1
    here.do("serve", "--stop")
    assert process.wait(15) == 0
    assert not (here.folder / "cache" / "worker.json").exists()
    # the key for this machine was of that run alone
    here.serve("--curve", "--bind", connection.endpoint)
    assert here.connection.server_key == connection.server_key
    assert here.connection.client_key != connection.client_key


def test_a_worker_is_open_to_others_only_with_a_list(machine: NewMachine) -> None:
    here = machine("here")
    for bind in ("tcp://0.0.0.0:*", "tcp://*:5600", "tcp://[::]:*", "tcp://127.0.0.1.example.org:*"):
        code, out, err = here.run("serve", "--bind", bind)
        assert (code, out) == (1, "")
        assert "none is on the list yet" in err
        assert "landcast keys allow" in err
    here.do("keys", "allow", "a", make_pair().public)
    here.keys.clients_path.write_text("{")
    code, _, err = here.run("serve", "--bind", "tcp://0.0.0.0:*")
    assert (code, "clients.json: is no list of keys" in err) == (1, True)
    assert not (here.folder / "cache").exists()


def test_an_address_where_nothing_can_listen_is_one_line(machine: NewMachine) -> None:
    here = machine("here")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for bind, said in (
            (f"tcp://127.0.0.1:{port}", "address already in use"),
            ("ipc:///tmp/a", "no address to listen at"),
            ("0.0.0.0:5600", "no address to listen at"),
        ):
            for more in ([], ["--curve"]):
                code, out, err = here.run("serve", "--bind", bind, *more)
                assert (code, out, err.count("\n")) == (1, "", 1)
                assert f"--bind {bind}: {said}" in err
    assert not (here.folder / "cache" / "worker.json").exists()


def test_secrets_that_others_can_read_are_refused_with_the_command_that_mends_it(machine: NewMachine) -> None:
    here = machine("here")
    here.public_key()
    here.public_key("--worker")
    for owner, command in (("client", ["keys", "list"]), ("worker", ["serve", "--curve"])):
        path = here.keys.pair_path(owner)  # type: ignore[arg-type]
        path.chmod(0o644)
        code, _, err = here.run(*command)
        assert (code, f"chmod 600 '{path}'" in err) == (1, True)
        path.chmod(0o600)


def test_folders_of_any_script_and_length_serve_as_well(machine: NewMachine) -> None:
    here = machine("/".join(["Überträge 雪 '"] * 14))
    assert len(str(here.folder)) > 200
    here.serve("--curve")
    wait_until(lambda: json.loads(here.do("serve", "--status"))["engines"][0]["state"] == "idle", 60, what="the engine")
    here.do("serve", "--stop")


class Elsewhere(RawClient):
    """A bare client on another machine."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], connection: ConnectionFile, machine: Machine) -> None:
        keys = keys_of(machine, str(connection.server_key))
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.curve_publickey, self.socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
        self.socket.curve_serverkey = str(keys.server).encode()
        self.socket.connect(connection.endpoint)
        self.connection, self.seen = connection, []


@pytest.fixture
def elsewhere(worker: Machine, client: Machine) -> Iterator[Elsewhere]:
    """A client on another machine, which guesses at the secret of the worker's."""
    with zmq.Context() as context:
        made = Elsewhere(context, worker.connection, client)
        made.send(Hello(SPOKEN, "test", "0" * 32))
        assert not made.wait(Welcome).is_local
        yield made
        made.close()


def test_a_client_elsewhere_names_no_file_and_no_folder_of_the_worker(elsewhere: Elsewhere, tmp_path: Path) -> None:
    by_path = predict_job(Path("/etc/passwd"), tmp_path / "a.tif", Path("naip-california"))
    elsewhere.send(by_path)
    assert elsewhere.wait(Failed, job=by_path.job).code == "not_permitted"
    grid = SourceGrid("EPSG:32611", (0, 0, 100, 100), 3, "uint8", (100, 100))
    for model in (str(tmp_path), "../shipped/naip-california", "\\\\server\\share"):
        request = PredictRequest("a", "b.tif", model=model)
        plan = Plan(new_id(), request, grid)
        elsewhere.send(plan)
        assert elsewhere.wait(Failed, job=plan.job).code == "not_permitted"
        submit = type(by_path)(new_id(), request, grid, "tiles")
        elsewhere.send(submit)
        assert elsewhere.wait(Failed, job=submit.job).code == "not_permitted"
        question = VerifyModel(new_id(), model)
        elsewhere.send(question)
        assert elsewhere.wait(ErrorMessage).about == question.query
    elsewhere.send(Shutdown("now"))
    assert elsewhere.wait(ErrorMessage).code == "unexpected"
    elsewhere.status()


def test_a_folder_of_the_worker_is_refused_to_the_client_as_well(client: Machine, worker: Machine) -> None:
    with (
        WorkerClient(worker.connection.endpoint, keys_of(client, str(worker.connection.server_key))) as asking,
        pytest.raises(RefusedError, match="only be named by a client on that machine"),
    ):
        asking.plan(PredictRequest("/a.tif", "/b.tif"))


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_who_fails_to_show_a_key_costs_nothing_that_stays(worker: Machine, elsewhere: Elsewhere) -> None:
    process, before = worker.connection.process, open_files(worker.connection.process)
    port = int(worker.connection.endpoint.rpartition(":")[2])
    with zmq.Context() as context:
        peers = [context.socket(zmq.DEALER) for _ in range(60)]
        for number, peer in enumerate(peers):
            peer.setsockopt(zmq.LINGER, 0)
            if number % 2:
                public, secret = zmq.curve_keypair()
                peer.curve_publickey, peer.curve_secretkey = public, secret
                peer.curve_serverkey = str(worker.connection.server_key).encode()
            peer.connect(worker.connection.endpoint)
            with contextlib.suppress(zmq.Again):  # who was turned away already
                peer.send_multipart([b"LC\1\0", b"{}"], zmq.NOBLOCK)
        streams = [socket.create_connection(("127.0.0.1", port)) for _ in range(30)]
        for number, stream in enumerate(streams):
            stream.sendall([b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 200, b""][number % 3])
        elsewhere.status()
        for one in (*streams, *peers):
            one.close()
    wait_until(lambda: open_files(process) <= before, 30, "the end of all connections")
    status = elsewhere.status()
    assert status.queue == 0
    # what they said came to nobody's ears
    assert "a message that does not fit" not in worker.log()
    assert not re.search("Traceback", worker.log() + worker.said())


def test_a_question_before_a_greeting_is_refused_with_a_key_too(worker: Machine, client: Machine) -> None:
    with zmq.Context() as context:
        asking = Elsewhere(context, worker.connection, client)
        asking.send(StatusQuestion(new_id()))
        assert asking.wait(ErrorMessage).code == "no_hello"
        asking.close()
