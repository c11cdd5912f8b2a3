from dataclasses import replace

import numpy as np
import pytest

from ecg_core.inference.comparison import abstention_words, compare, shared_flags, zone_of
from ecg_core.inference.types import Flag, Prediction

NAN = float("nan")


def prediction(k_meq_l: float, *flags: Flag, half_width: float = 0.5) -> Prediction:
    low, high = k_meq_l - half_width, k_meq_l + half_width
    items = np.empty(0, np.float32)
    return Prediction("m", "M", k_meq_l, low, high, 0.1, 0.6, 0.3, flags, items, None)


def predictions(*k_meq_l: float) -> list[Prediction]:
    return [prediction(k) for k in k_meq_l]


@pytest.mark.parametrize(
    ("k_meq_l", "key"),
    [
        (2.1, "hypo"),
        (3.5, "hypo"),
        (3.51, "normal"),
        (5.49, "normal"),
        (5.5, "mild"),
        (5.99, "mild"),
        (6.0, "moderate"),
        (6.49, "moderate"),
        (6.5, "severe"),
        (9.9, "severe"),
    ],
)
def test_zones_follow_the_uk_kidney_association(k_meq_l: float, key: str) -> None:
    assert zone_of(k_meq_l).key == key


def test_a_missing_value_has_no_zone() -> None:
    with pytest.raises(ValueError, match="missing"):
        zone_of(NAN)


@pytest.mark.parametrize(
    ("k_meq_l", "finding", "headline"),
    [
        (
            (6.7, 6.3, 5.2),
            "hyper",
            "M estimates hyperkalemia (6.7 mEq/L). Of two others, one estimates hyperkalemia and one estimates "
            "potassium in the normal range. Confirm with a laboratory value.",
        ),
        (
            (NAN, 6.0, NAN),
            "hyper",
            "M estimates hyperkalemia (6.0 mEq/L). Two gave no estimate. Confirm with a laboratory value.",
        ),
        (
            (3.1, 2.8),
            "hypo",
            "M estimates hypokalemia (3.1 mEq/L). The other model estimates hypokalemia, too. Confirm with a laboratory value.",
        ),
        (
            (3.0, 6.0),
            "contradictory",
            "M estimates hypokalemia (3.0 mEq/L). The other model estimates hyperkalemia. "
            "The models contradict each other: rely on none, measure potassium in the laboratory.",
        ),
        (
            (6.0, 4.5, 4.4),
            "hyper",
            "M estimates hyperkalemia (6.0 mEq/L). Both others estimate potassium in the normal range. "
            "Confirm with a laboratory value.",
        ),
        (
            (4.1, 4.2, 4.4, 4.3),
            "normal",
            "M estimates potassium in the normal range (4.1 mEq/L). All three others estimate potassium in the normal range, too. "
            "This excludes neither hyper- nor hypokalemia.",
        ),
        (
            (4.1, 6.2, 3.1, 4.4),
            "borderline",
            "M estimates potassium in the normal range (4.1 mEq/L). Of three others, one estimates hyperkalemia, one "
            "estimates hypokalemia and one estimates potassium in the normal range. Confirm with a laboratory value.",
        ),
        (
            (4.1,),
            "normal",
            "M estimates potassium in the normal range (4.1 mEq/L). This excludes neither hyper- nor hypokalemia.",
        ),
        (
            (NAN, NAN),
            "none",
            "No model could estimate potassium from this ECG. This does not mean that potassium is normal: "
            "measure it. The reasons stand beside each model.",
        ),
        ((), "none", "No potassium model is installed, so there is no estimate."),
    ],
)
def test_headline_says_what_the_models_say_and_no_more(
    k_meq_l: tuple[float, ...], finding: str, headline: str
) -> None:
    comparison = compare(predictions(*k_meq_l))
    assert comparison.finding == finding
    assert comparison.headline == headline


@pytest.mark.parametrize(
    ("k_meq_l", "half_width", "reached"),
    [(4.9, 1.2, "hyperkalemia"), (4.2, 0.8, "hypokalemia"), (4.5, 1.5, "hypokalemia and hyperkalemia")],
)
def test_headline_tells_what_a_normal_estimate_could_be(
    k_meq_l: float, half_width: float, reached: str
) -> None:
    wide, narrow = prediction(k_meq_l, half_width=half_width), prediction(4.4, half_width=0.3)
    assert f"Its interval reaches into {reached}." in compare([wide, narrow]).headline
    assert "reaches" not in compare([narrow, wide]).headline


@pytest.mark.parametrize(
    ("p_hypo", "p_hyper", "name"), [(0.1, 0.6, "hyperkalemia"), (0.6, 0.1, "hypokalemia")]
)
def test_a_normal_estimate_with_a_likely_disorder_is_borderline(
    p_hypo: float, p_hyper: float, name: str
) -> None:
    doubtful = replace(prediction(4.5), p_hypo=p_hypo, p_normal=0.3, p_hyper=p_hyper)
    comparison = compare([doubtful, prediction(4.4)])
    assert comparison.finding == "borderline"
    assert f"Yet it finds {name} more likely than not." in comparison.headline
    assert comparison.headline.endswith("Confirm with a laboratory value.")


def test_an_abstention_says_why_and_that_it_is_no_good_news() -> None:
    words = abstention_words(prediction(NAN, Flag("lead_missing", "Lead II is missing.")))
    assert words == (
        "No estimate: Lead II is missing. This does not mean that potassium is normal: measure it."
    )
    assert "the reason is not known" in abstention_words(prediction(NAN))


def test_numbers_leave_abstentions_out() -> None:
    comparison = compare(predictions(4.0, NAN, 5.0))
    assert comparison.median_meq_l == pytest.approx(4.5)
    assert comparison.spread_meq_l == pytest.approx(1.0)
    assert (comparison.n_estimates, comparison.n_models) == (2, 3)


def test_one_estimate_has_no_spread() -> None:
    comparison = compare(predictions(4.0, NAN))
    assert np.isnan(comparison.spread_meq_l)
    assert "nothing to compare" in comparison.agreement


@pytest.mark.parametrize(
    ("second", "words"), [(4.2, "no proof"), (4.7, "rough guide"), (5.2, "well off the mark")]
)
def test_disagreement_in_words_grows_with_the_spread(second: float, words: str) -> None:
    assert words in compare(predictions(4.0, second)).agreement


def test_shared_flags_are_those_every_model_carries() -> None:
    simulated, noise = Flag("simulated", "simulated"), Flag("noise", "noisy")
    assert shared_flags([prediction(4.0, simulated, noise), prediction(5.0, simulated)]) == (simulated,)
    assert shared_flags([]) == ()
