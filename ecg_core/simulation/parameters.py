"""Every number of the potassium simulation, with its unit and where it comes from.

Sources, by the short names used below:

- `emergency`: class medians of about 100 emergency ECGs with laboratory potassium within an hour. Values that
  name it were fitted by hand until the simulated classes matched (`python -m benchmarks.simulation`); classes
  hold about 20 ECGs, so neighbouring ones were smoothed.
- `primary care`: changes per mEq/L in 163,547 primary-care patients (QTcF +12.8 ms, T -43 uV, PR +4.6 ms,
  P duration +2.7 ms, P +3.5 uV for each mEq/L below 4.2).
- `severe`: prevalence of signs above 7 mEq/L (wide QRS 31.6 %, first-degree block and bradycardia 18.4 % each)
  and 26 of 60 severe cases that a network trained on 66,000 ECGs called normal. Fewer than those hardly change here:
  the best published network separates the `emergency` classes with an AUC of 0.94, which leaves room for about 15 %.
- `textbook`: order and kind of the changes, size chosen.
"""

from __future__ import annotations


class Parameter(float):
    """A number that carries its unit, meaning and source; it calculates like any float."""

    unit: str
    meaning: str
    source: str

    def __new__(cls, value: float, unit: str, meaning: str, source: str) -> Parameter:
        """The number, its unit in words, what it changes, and where it comes from."""
        """The number, with its unit (in words), what it changes, and where it comes from."""
        self = super().__new__(cls, value)
        self.unit, self.meaning, self.source = unit, meaning, source
        return self


_LOG = "ln per mEq/L"  # natural logarithm of the factor, per mEq/L from the patient's own normal

# Rising potassium
HYPER_T_WIDTH = Parameter(-0.105, _LOG, "T width", "emergency")
HYPER_T_GAIN = Parameter(0.05, _LOG, "T height", "emergency")
HYPER_T_WIDTH_LEAST = Parameter(0.60, "factor", "narrowest T against own T", "emergency")
HYPER_P_GAIN = Parameter(-0.13, _LOG, "P height", "emergency")
HYPER_P_WIDTH = Parameter(0.05, _LOG, "P width", "textbook")
HYPER_PR = Parameter(0.12, _LOG, "PR segment", "severe")
HYPER_P_LOSS = Parameter(2.0, _LOG, "loss of P beyond the patient's onset", "textbook")
HYPER_QRS_WIDTH = Parameter(0.24, _LOG, "QRS width beyond the patient's onset", "severe")
HYPER_QRS_SLUR = Parameter(6.0, "ms per mEq/L", "smoothing of QRS beyond the onset", "textbook")
HYPER_QRS_GAIN = Parameter(-0.11, _LOG, "QRS height", "emergency")
HYPER_RR = Parameter(0.12, _LOG, "RR beyond the QRS onset, in the share that slows", "severe")
HYPER_IRREGULARITY = Parameter(
    0.06, "SD of ln RR per mEq/L", "irregular escape rhythm beyond loss of P", "emergency"
)

# Falling potassium
HYPO_T_WIDTH = Parameter(0.13, _LOG, "T width", "emergency")
HYPO_T_GAIN = Parameter(-0.16, _LOG, "T height", "primary care")
HYPO_PR = Parameter(0.03, _LOG, "PR segment", "primary care")
HYPO_P_GAIN = Parameter(0.22, _LOG, "P height", "emergency")
HYPO_P_WIDTH = Parameter(0.025, _LOG, "P width", "primary care")
HYPO_ST_MV = Parameter(-0.025, "mV per mEq/L", "ST segment in the largest T lead", "emergency")
HYPO_U_MV = Parameter(0.11, "mV per mEq/L", "U wave below its onset", "emergency")
HYPO_U_ONSET = Parameter(3.6, "mEq/L", "level below which U grows", "textbook")
HYPO_U_DELAY_S = Parameter(0.080, "s", "from the end of T to the peak of U at RR = 1 s", "textbook")
HYPO_U_FUSION_S = Parameter(0.030, "s per mEq/L", "how much nearer U comes to T", "textbook")

# Patients
OWN_NORMAL_MEAN = Parameter(4.2, "mEq/L", "mean level at which the own ECG was recorded", "primary care")
OWN_NORMAL_SD = Parameter(0.3, "mEq/L", "SD of that level", "primary care")
SENSITIVITY_SPREAD = Parameter(0.35, "SD of ln", "how strongly patients respond", "emergency")
SIGN_SPREAD = Parameter(0.45, "SD of ln", "which sign dominates: each sign's own weight", "textbook")
PEAKING_SPREAD = Parameter(1.0, "SD of ln", "how much taller T grows: most hardly, some much", "emergency")
MUTED_SHARE = Parameter(0.15, "share", "patients whose ECG hardly changes", "severe")
MUTED_SENSITIVITY = Parameter(0.2, "factor", "sensitivity of those", "severe")
SLOWING_SHARE = Parameter(0.25, "share", "patients whose rate falls in severe hyperkalemia", "severe")
QRS_ONSET_LOW = Parameter(6.0, "mEq/L", "earliest widening of QRS", "textbook")
QRS_ONSET_HIGH = Parameter(8.8, "mEq/L", "latest widening of QRS", "textbook")
P_LOSS_LOW = Parameter(6.6, "mEq/L", "earliest loss of P", "textbook")
P_LOSS_HIGH = Parameter(9.2, "mEq/L", "latest loss of P", "textbook")
SINE_LOW = Parameter(8.0, "mEq/L", "earliest sine wave", "textbook")
SINE_HIGH = Parameter(10.5, "mEq/L", "latest sine wave", "textbook")

# Differences between people and recordings at every level, none caused by potassium
_OTHER = "emergency (spread at 3.5-5.5 mEq/L against the bases')"
OTHER_T_WIDTH = Parameter(0.10, "SD of ln", "T width", _OTHER)
OTHER_T_WIDTH_MEDIAN = Parameter(1.08, "factor", "T width", _OTHER)
OTHER_T_GAIN = Parameter(0.30, "SD of ln", "T height", _OTHER)
OTHER_P_GAIN = Parameter(0.25, "SD of ln", "P height", _OTHER)
OTHER_P_WIDTH = Parameter(0.08, "SD of ln", "P width", _OTHER)
OTHER_PR = Parameter(0.12, "SD of ln", "PR segment", _OTHER)
OTHER_QRS_WIDTH = Parameter(0.06, "SD of ln", "QRS width", _OTHER)
OTHER_QRS_GAIN = Parameter(0.15, "SD of ln", "QRS height", _OTHER)
OTHER_ST_MV = Parameter(0.02, "mV, SD", "ST segment", _OTHER)
OTHER_U_MV = Parameter(0.012, "mV, SD of a half-normal", "U wave", _OTHER)
OTHER_RR = Parameter(0.15, "SD of ln", "RR", _OTHER)
OTHER_RR_MEDIAN = Parameter(0.88, "factor", "RR: emergency patients beat faster than the bases", _OTHER)
RECORD_GAIN = Parameter(0.22, "SD of ln", "all leads: body build, device", _OTHER)
RECORD_GAIN_MEDIAN = Parameter(0.95, "factor", "all leads", _OTHER)
CHEST_LEAD_GAIN = Parameter(0.10, "SD of ln", "each chest lead: electrode place", _OTHER)


def parameter_table() -> list[tuple[str, Parameter]]:
    """All parameters by name, in the order of this file."""
    return [(name, value) for name, value in globals().items() if isinstance(value, Parameter)]
