"""From many logs to runs: what belongs together, what contradicts, what is said about it."""

import numpy as np
import pytest

from thresher.readers import ReadError, read


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def table(values, steps=None, header="step,loss"):
    steps = range(len(values)) if steps is None else steps
    rows = "".join(f"{step},{value}\n" for step, value in zip(steps, values, strict=True))
    return f"{header}\n{rows}"


def imported(folder, files="{arm}/{seed}.csv", **arguments):
    return read(files, **{"metric": "loss", "axis": "step", "folder": folder} | arguments)


def test_na_and_blank_were_not_measured_nan_and_inf_diverged(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, "NA", "", "nan", "inf", "-inf", "NaN", 4])})
    result = imported(tmp_path)
    assert result.table["step"].tolist() == [0, 3, 4, 5, 6, 7]
    assert result.table["loss"].isna().tolist() == [False, True, True, True, True, False]


def test_a_restart_without_header_is_one_error_with_file_line_and_choices(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4, 3, 4, 3, 4, 3], [0, 1, 2, 1, 2, 1, 2])})
    with pytest.raises(ReadError) as error:
        imported(tmp_path)
    (problem,) = error.value.problems
    assert problem.startswith("a/1.csv, line 5, column step: falls from 2 to 1 (and 1 more times)")
    assert all(choice in problem for choice in ("keep_last", "continue", "split"))


@pytest.mark.parametrize(
    ("choice", "seeds", "steps", "losses"),
    [
        ("keep_last", [1] * 4, [0, 5, 10, 15], [9, 7, 6, 5]),
        ("continue", [1] * 6, [0, 5, 10, 15, 20, 25], [9, 8, 7.5, 7, 6, 5]),
        ("split", ["1"] * 3 + ["1/2"] * 3, [0, 5, 10, 5, 10, 15], [9, 8, 7.5, 7, 6, 5]),
    ],
)
def test_the_three_answers_to_a_restart_with_a_repeated_header(
    tmp_path, choice, seeds, steps, losses
):
    text = table([9, 8, 7.5], [0, 5, 10]) + table([7, 6, 5], [5, 10, 15])
    write(tmp_path, {"a/1.csv": text})
    with pytest.raises(ReadError, match=r"a/1.csv, line 6, column step: falls from 10 to 5"):
        imported(tmp_path)
    result = imported(tmp_path, on_restart=choice)
    assert result.table["seed"].tolist() == seeds
    assert result.table["step"].tolist() == steps
    assert result.table["loss"].tolist() == losses
    assert any("restarted" in note for note in result.notes)


def test_an_unknown_choice_is_refused(tmp_path):
    write(tmp_path, {"a/1.csv": table([2, 1])})
    with pytest.raises(ReadError, match="on_restart: must be one of keep_last, continue, split"):
        imported(tmp_path, on_restart="first")


def test_a_file_with_the_newest_row_first_is_only_turned_round(tmp_path):
    write(tmp_path, {"a/1.csv": table([1, 2, 3], [20, 10, 0])})
    result = imported(tmp_path)
    assert result.table["step"].tolist() == [0, 10, 20]
    assert result.table["loss"].tolist() == [3, 2, 1]
    assert any("another order" in note for note in result.notes)


def test_a_shuffled_long_table_is_sorted_where_no_place_is_doubled(tmp_path):
    rows = [("a", 1, 100, 3), ("a", 2, 0, 6), ("a", 1, 0, 5), ("a", 2, 100, 4), ("a", 1, 20, 4)]
    text = "arm,seed,step,loss\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    write(tmp_path, {"all.csv": text})
    result = imported(tmp_path, "all.csv")
    assert result.table.iloc[:, 1:].to_numpy().tolist() == [
        [1, 0, 5],
        [1, 20, 4],
        [1, 100, 3],
        [2, 0, 6],
        [2, 100, 4],
    ]


def test_arms_on_different_grids_are_warned_about(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4, 3]), "b/1.csv": table([5, 4, 3], [0, 25, 50])})
    result = imported(tmp_path)
    (note,) = [note for note in result.notes if "different places" in note]
    assert "a every 1, b every 25" in note
    assert "no difference below 25 (step) is one" in note
    assert result.resolution == 25
    assert result.summary["spacing"].tolist() == [1, 25]


def test_two_values_at_one_place_are_named_with_arm_seed_and_step(tmp_path):
    write(tmp_path, {"a/3.csv": table([5, 4, 4.5, 3], [0, 1, 1, 2])})
    with pytest.raises(
        ReadError, match=r"a/3.csv, lines 3 and 4: arm a, seed 3 has two values at 1, 4 and 4.5"
    ):
        imported(tmp_path)


def test_two_runs_under_one_seed_of_a_long_table_are_an_error_with_choices(tmp_path):
    text = "step,loss,seed\n" + "".join(f"{i},{i},1\n" for i in range(3)) * 1
    text += "".join(f"{i},{i + 0.5},2\n" for i in range(3))
    text += "".join(f"{i},{i + 0.25},1\n" for i in range(3))
    write(tmp_path, {"a.csv": text})
    with pytest.raises(ReadError, match=r"a.csv, line 8, column step: falls from 2 to 0 within"):
        imported(tmp_path, "{arm}.csv")
    split = imported(tmp_path, "{arm}.csv", on_restart="split")
    assert split.table["seed"].unique().tolist() == ["1", "1/2", "2"]


def test_exact_duplicates_are_dropped_and_counted(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4, 4, "nan", "nan"], [0, 1, 1, 2, 2])})
    result = imported(tmp_path)
    assert result.table["step"].tolist() == [0, 1, 2]
    assert "2 rows repeated another one exactly and were dropped." in result.notes


def test_without_seeds_runs_are_numbered_within_their_arm_and_unpaired(tmp_path):
    files = {f"{arm}/x{i}.csv": table([5 + i, 4]) for arm in "ab" for i in (9, 10, 11)}
    write(tmp_path, files)
    result = imported(tmp_path, "{arm}/*.csv")
    assert result.table["seed"].tolist() == [1, 1, 2, 2, 3, 3] * 2
    assert result.table["loss"].tolist()[::2] == [14, 15, 16] * 2  # x9 before x10
    assert not result.has_seeds
    assert result.summary["seeds"].tolist() == [0, 0]
    assert any("numbered and compared unpaired" in note for note in result.notes)


def test_a_history_that_begins_another_is_the_same_run(tmp_path):
    whole = [5, 4, 3, 2]
    write(
        tmp_path,
        {"a/at_2.csv": table(whole[:2]), "a/at_4.csv": table(whole), "a/b.csv": table([5, 3, 3])},
    )
    result = imported(tmp_path, "{arm}/*.csv")
    assert result.summary["runs"].tolist() == [2]
    assert any("a/at_2.csv of a/at_4.csv" in note for note in result.notes)


def test_runs_that_only_start_alike_stay_two(tmp_path):
    write(tmp_path, {"a/x.csv": table([0, 0]), "a/y.csv": table([0, 0, 1]), "a/z.csv": table([0])})
    assert imported(tmp_path, "{arm}/*.csv").summary["runs"].tolist() == [3]


def test_two_logs_of_one_run_are_refused_with_both_named(tmp_path):
    write(tmp_path, {"a/1/x.csv": table([5, 4, 3]), "a/1/y.csv": table([6, 5, 4])})
    with pytest.raises(ReadError) as error:
        imported(tmp_path, "{arm}/{seed}/*.csv")
    assert "a/1/x.csv, a/1/y.csv are all this run" in str(error.value)
    assert "keep_last" in str(error.value)


def test_logs_that_follow_each_other_are_one_run(tmp_path):
    write(tmp_path, {"a/1/x.csv": table([2, 1], [2, 3]), "a/1/y.csv": table([4, 3], [0, 1])})
    result = imported(tmp_path, "{arm}/{seed}/*.csv")
    assert result.table["loss"].tolist() == [4, 3, 2, 1]
    assert any("joined from a/1/y.csv, a/1/x.csv" in note for note in result.notes)


def test_a_metric_with_one_value_a_run_is_refused(tmp_path):
    write(tmp_path, {"a/1.csv": table([5]), "a/2.csv": table([4])})
    with pytest.raises(ReadError, match="loss has a single value in each run: a result"):
        imported(tmp_path)


def test_arms_that_are_really_seeds_are_asked_about(tmp_path):
    files = {f"ppo,learning_starts={10000 + i}.csv": table([5 + i, 4]) for i in range(14)}
    write(tmp_path, files)
    with pytest.raises(ReadError) as error:
        imported(tmp_path, "{arm}.csv")
    assert "14 configurations of one run each" in str(error.value)
    assert "is `learning_starts` the seed?" in str(error.value)
    result = imported(tmp_path, "{arm},learning_starts={seed}.csv")
    assert result.summary["runs"].tolist() == [14]


def test_configurations_that_are_none_of_seeds_are_not_asked_about(tmp_path):
    write(tmp_path, {f"units={n}.csv": table([n, 4]) for n in (8, 16, 32)})
    assert imported(tmp_path, "{arm}.csv").summary["runs"].tolist() == [1, 1, 1]


def test_a_summary_that_the_pattern_caught_is_left_out_and_said_so(tmp_path):
    write(
        tmp_path,
        {
            "a/1.csv": table([5, 4]),
            "a/summary.csv": "name,mean\nx,3\n",
            "a/empty.csv": "",
            "a/header.csv": "step,loss\n",
        },
    )
    result = imported(tmp_path)
    assert result.sources == ("a/1.csv",)
    assert "Left out: a/empty.csv, because it is empty." in result.notes
    assert "Left out: a/header.csv, because it has a header but no rows." in result.notes
    assert any(note.startswith("Left out: a/summary.csv, because it has") for note in result.notes)


def test_a_log_that_only_lacks_the_metric_is_an_error(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4]), "a/2.csv": table([5, 4], header="step,acc")})
    with pytest.raises(ReadError, match=r"a/2.csv: has no column loss; there are acc, step"):
        imported(tmp_path)


def test_epochs_from_0_and_from_1_are_pointed_out(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4]), "b/1.csv": table([5, 4], [1, 2])})
    assert any("a start at step 0, b at 1" in note for note in imported(tmp_path).notes)


def test_the_same_bytes_twice_are_pointed_out(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4]), "a/2.csv": table([5, 4])})
    assert any(
        note == "a/1.csv, a/2.csv hold exactly the same bytes; are they different runs?"
        for note in imported(tmp_path).notes
    )


def test_the_summary_counts_arms(tmp_path):
    write(
        tmp_path,
        {
            "a/1.csv": table([5, 4, 3]),
            "a/2.csv": table([5, "nan"]),
            "b/2.csv": table([5, 4, 3, 2], [0, 10, 20, 30]),
        },
    )
    assert imported(tmp_path).summary.to_dict("list") == {
        "arm": ["a", "b"],
        "runs": [2, 1],
        "seeds": [2, 1],
        "first": [0, 0],
        "last": [2, 30],
        "last_shortest": [1, 30],
        "evaluations_fewest": [2, 4],
        "evaluations_most": [3, 4],
        "spacing": [1.0, 10.0],
        "diverged": [1, 0],
    }


def test_arms_are_renamed_grouped_and_left_out(tmp_path):
    write(
        tmp_path, {f"{arm}/{i}.csv": table([i, 4]) for i, arm in enumerate(["a1", "a2", "b", "c"])}
    )
    result = imported(tmp_path, arms={"a*": "A", "b": None})
    assert result.summary["arm"].tolist() == ["A", "c"]
    assert result.summary["runs"].tolist() == [2, 1]
    assert "Left out by `arms`: b." in result.notes
    with pytest.raises(ReadError, match="arms: no arm is called d; there are a1, a2, b, c"):
        imported(tmp_path, arms={"d": "D"})


def test_several_names_make_one_arm(tmp_path):
    write(tmp_path, {f"{o}/{lr}/1.csv": table([5, 4]) for o in ("adam", "sgd") for lr in (1, 2)})
    result = imported(tmp_path, "{optimizer}/{lr}/{seed}.csv")
    assert result.summary["arm"].tolist()[0] == "optimizer=adam, lr=1"
    result = imported(
        tmp_path, "{optimizer}/{lr}/{seed}.csv", columns={"arm": "optimizer", "seed": "lr"}
    )
    assert result.summary["arm"].tolist() == ["adam", "sgd"]


def test_several_columns_of_a_long_table_make_one_arm(tmp_path):
    rows = [("x", 1, 7), ("x", 2, 7), ("y", 1, 7), ("x", 1, 8)]
    text = "env,lr,seed,step,loss\n"
    text += "".join(f"{e},{lr},{seed},{step},1\n" for e, lr, seed in rows for step in (0, 1))
    write(tmp_path, {"all.csv": text})
    result = imported(tmp_path, "all.csv", columns={"arm": ["env", "lr"]})
    assert result.summary["arm"].tolist() == ["env=x, lr=1", "env=x, lr=2", "env=y, lr=1"]
    assert result.summary["runs"].tolist() == [2, 1, 1]


def test_a_path_and_a_log_that_contradict_each_other_are_refused(tmp_path):
    write(tmp_path, {"a/1.csv": "seed,step,loss\n2,0,5\n2,1,4\n"})
    with pytest.raises(ReadError, match=r"a/1.csv: its path says seed 1, but the log says 2"):
        imported(tmp_path)
    write(tmp_path, {"a/1.csv": "seed,step,loss\n1,0,5\n1,1,4\n"})
    assert imported(tmp_path).table["seed"].tolist() == [1, 1]


def test_a_name_that_nothing_has_is_answered_with_those_that_are_there(tmp_path):
    write(tmp_path, {"a/1.csv": table([5, 4])})
    with pytest.raises(ReadError, match="nothing there is called agent, for the arm"):
        imported(tmp_path, columns={"arm": "agent"})
    with pytest.raises(ReadError, match="nothing there is called fold, for the seed"):
        imported(tmp_path, columns={"seed": "fold"})
    with pytest.raises(ReadError, match="columns: colour is none of value, axis, arm, seed, run"):
        imported(tmp_path, columns={"colour": "red"})


@pytest.mark.slow
def test_ten_thousand_files_are_read(tmp_path):
    for arm in range(10):
        (tmp_path / str(arm)).mkdir()
        for seed in range(1000):
            (tmp_path / f"{arm}/{seed}.csv").write_text(f"step,loss\n0,{seed}\n1,{arm}\n")
    result = imported(tmp_path)
    assert len(result.digests) == len(result.sources) == 10_000
    assert result.summary["runs"].tolist() == [1000] * 10
    first = result.table[result.table["step"] == 0]["loss"].to_numpy().reshape(10, 1000)
    assert np.array_equal(first, np.tile(np.arange(1000.0), (10, 1)))


def test_at_most_twenty_problems_are_listed(tmp_path):
    write(tmp_path, {f"a/{i}.csv": table(["x" * i, 4]) for i in range(1, 31)})
    with pytest.raises(ReadError) as error:
        imported(tmp_path)
    lines = str(error.value).splitlines()
    assert len(error.value.problems) == 30
    assert len(lines) == 21
    assert lines[-1] == "… and 10 more"


def test_what_files_have_in_common_is_said_once(tmp_path):
    write(tmp_path, {f"a/{i}.csv": table([5, 4], header="step,acc") for i in range(30)})
    with pytest.raises(ReadError, match=r"^a/0.csv \(and 29 more files\): has no column loss"):
        imported(tmp_path)


def test_arms_may_be_numbers_but_not_a_list(tmp_path):
    write(tmp_path, {f"{units}/1.csv": table([5, 4]) for units in (8, 16)})
    result = imported(tmp_path, arms={8: "small", 16: None})
    assert result.summary["arm"].tolist() == ["small"]
    with pytest.raises(ReadError, match="arms: must say old name: new name"):
        imported(tmp_path, arms=["8"])
