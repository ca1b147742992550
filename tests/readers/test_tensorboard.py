"""TensorBoard event files."""

import numpy as np
import pytest

from thresher.readers import ReadError, read

OOPS = ()


def events(path, rows, tag="val/loss", begin=100.0, form="simple", restart=None):
    """Write an event file: (step, value) rows, in the old form or as tensors."""
    import tensorflow as tf
    from tensorflow.core.framework import summary_pb2
    from tensorflow.core.util import event_pb2

    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        first = event_pb2.Event(wall_time=begin, file_version="brain.Event:2")
        writer.write(first.SerializeToString())
        if restart is not None:
            log = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
            event = event_pb2.Event(wall_time=begin, step=restart, session_log=log)
            writer.write(event.SerializeToString())
        for step, value in rows:
            entry = summary_pb2.Summary.Value(tag=tag)
            if form == "simple":
                entry.simple_value = value
            else:
                entry.tensor.CopyFrom(tf.make_tensor_proto(value, dtype=tf.float32))
                entry.metadata.plugin_data.plugin_name = "scalars"
            summary = summary_pb2.Summary(value=[entry])
            event = event_pb2.Event(wall_time=begin + 1 + step, step=step, summary=summary)
            writer.write(event.SerializeToString())


def sample(folder):
    for seed, form in ((1, "simple"), (2, "tensor")):
        path = folder / f"adam/{seed}/events.out.tfevents.100.host"
        events(path, [(0, 0.5), (10, 0.375)], form=form)
    return {"files": "{arm}/{seed}/events*", "metric": "val/loss", "axis": "step"}


def rows(imported):
    return imported.table.iloc[:, 2:].to_numpy().tolist()


def test_both_forms_of_scalars_say_the_same(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["seed"].tolist() == [1, 1, 2, 2]
    assert rows(imported) == [[0, 0.5], [10, 0.375], [0, 0.5], [10, 0.375]]


def test_no_value_is_sampled_away(tmp_path):
    many = [(step, 1 / (step + 1)) for step in range(2000)]
    events(tmp_path / "1/events.out.tfevents.1", many)
    imported = read("{seed}/events*", metric="val/loss", folder=tmp_path)
    assert np.allclose(imported.table["val/loss"], [value for _, value in many])


def test_a_resumed_run_replaces_the_tail_of_the_first(tmp_path):
    events(tmp_path / "1/events.out.tfevents.100", [(0, 4.0), (1, 3.0), (2, 9.0), (3, 9.0)])
    events(tmp_path / "1/events.out.tfevents.200", [(2, 2.0), (3, 1.0)], begin=200.0)
    imported = read("{seed}/events*", metric="val/loss", folder=tmp_path)
    assert rows(imported) == [[0, 4.0], [1, 3.0], [2, 2.0], [3, 1.0]]
    assert any("resumed at 2; it replaces 2 values" in note for note in imported.notes)
    assert len(imported.digests) == 2


def test_two_runs_in_one_folder_are_refused_with_the_choice(tmp_path):
    events(tmp_path / "1/events.out.tfevents.100", [(0, 4.0), (1, 3.0)])
    events(tmp_path / "1/events.out.tfevents.200", [(0, 2.0), (1, 1.0)], begin=200.0)
    arguments = {"files": "{seed}/events*", "metric": "val/loss", "folder": tmp_path}
    with pytest.raises(ReadError) as error:
        read(**arguments)
    for part in ("tfevents.100", "tfevents.200", "both start at 0", "keep_last", "split"):
        assert part in str(error.value)
    assert rows(read(**arguments, on_restart="keep_last")) == [[0, 2.0], [1, 1.0]]
    assert read(**arguments, on_restart="split").table["seed"].nunique() == 2
    assert read(**arguments, on_restart="continue").table["step"].tolist() == [0, 1, 2, 3]


def test_a_writer_that_says_where_it_restarted_is_believed(tmp_path):
    path = tmp_path / "1/events.out.tfevents.100"
    events(path, [(0, 4.0), (1, 3.0), (2, 9.0)])
    whole = path.read_bytes()
    events(path, [(2, 2.0)], restart=2)
    path.write_bytes(whole + path.read_bytes())
    imported = read("{seed}/events*", metric="val/loss", folder=tmp_path)
    assert rows(imported) == [[0, 4.0], [1, 3.0], [2, 2.0]]


def test_a_file_that_was_cut_off_gives_what_is_whole(tmp_path):
    path = tmp_path / "1/events.out.tfevents.100"
    events(path, [(0, 4.0), (1, 3.0), (2, 2.0)])
    path.write_bytes(path.read_bytes()[:-7])
    imported = read("{seed}/events*", metric="val/loss", folder=tmp_path)
    assert rows(imported) == [[0, 4.0], [1, 3.0]]
    assert any("cut off or damaged after 3 events" in note for note in imported.notes)


def test_a_tag_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    arguments = sample(tmp_path) | {"metric": "loss"}
    with pytest.raises(ReadError, match="has no scalar loss; there are val/loss"):
        read(**arguments, folder=tmp_path)


def test_seconds_are_an_axis_too(tmp_path):
    imported = read(**sample(tmp_path) | {"axis": "seconds"}, folder=tmp_path)
    assert imported.table["seconds"].tolist() == [0, 10, 0, 10]
