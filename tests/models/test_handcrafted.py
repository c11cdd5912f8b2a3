import numpy as np
import torch
from scipy import stats

from ecg_core.models.handcrafted import FEATURES, HandcraftedFeatures, handcrafted_features


def test_features_are_those_of_scipy_averaged_over_the_leads() -> None:
    x = np.random.default_rng(0).gamma(2.0, size=(3, 2, 512)) - 1.0
    zero_crossings = np.mean(np.diff(np.signbit(x), axis=2), axis=2)
    per_lead = [
        x.mean(axis=2),
        x.std(axis=2),
        stats.skew(x, axis=2),
        stats.kurtosis(x, axis=2),
        x.max(axis=2),
        x.min(axis=2),
        np.ptp(x, axis=2),
        np.sqrt((x**2).mean(axis=2)),
        zero_crossings,
    ]
    expected = np.stack(per_lead, axis=-1).mean(axis=1)
    found = handcrafted_features(torch.tensor(x, dtype=torch.float32)).numpy()
    assert found.shape == (3, len(FEATURES))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_flat_line_has_finite_features() -> None:
    features = handcrafted_features(torch.full((1, 2, 512), 0.5))
    assert torch.isfinite(features).all()


def test_fit_standardises_the_training_beats_and_travels_with_the_weights() -> None:
    torch.manual_seed(0)
    beats = torch.randn(50, 2, 64) * 0.3 + 0.1
    features = HandcraftedFeatures()
    features.fit(beats)
    standardised = features(beats)
    assert torch.allclose(standardised.mean(dim=0), torch.zeros(9), atol=1e-4)
    assert torch.allclose(standardised.std(dim=0), torch.ones(9), atol=1e-4)
    restored = HandcraftedFeatures()
    restored.load_state_dict(features.state_dict())
    assert torch.equal(restored(beats), standardised)
