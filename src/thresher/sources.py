"""Where the methods come from; a report prints those that it used."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A method and the publication to be cited for it."""

    method: str
    reference: str


SIGN_FLIP = Source(
    "Sign-flip test", "R. A. Fisher (1935), The Design of Experiments, Oliver & Boyd, § 21"
)
INVERSION = Source(
    "Its inversion to an interval",
    "J. A. Hartigan (1969), Using subsample values as typical values, J. Am. Stat. Assoc. "
    "64:1303–1317",
)
PERMUTATION = Source(
    "Studentised permutation test",
    "A. Janssen (1997), Studentized permutation tests for non-i.i.d. hypotheses and the "
    "generalized Behrens–Fisher problem, Stat. Probab. Lett. 36:9–21",
)
HOLM = Source(
    "Adjustment over contrasts",
    "S. Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Stat. "
    "6:65–70",
)
SHAFFER = Source(
    "Adjustment over differences and equivalences together",
    "J. P. Shaffer (1986), Modified sequentially rejective multiple test procedures, J. Am. Stat. "
    "Assoc. 81:826–831",
)
TOST = Source(
    "Two one-sided tests of equivalence",
    "D. J. Schuirmann (1987), A comparison of the two one-sided tests procedure and the power "
    "approach, J. Pharmacokinet. Biopharm. 15:657–680",
)
MAX_T = Source(
    "Adjustment over a grid (max-T)",
    "P. H. Westfall & S. S. Young (1993), Resampling-Based Multiple Testing, Wiley",
)
SUP_T = Source(
    "Simultaneous (sup-t) bands",
    "J. L. Montiel Olea & M. Plagborg-Møller (2019), Simultaneous confidence bands: Theory, "
    "implementation, and an application to SVARs, J. Appl. Econom. 34:1–17",
)
KAPLAN_MEIER = Source(
    "Kaplan–Meier curves",
    "E. L. Kaplan & P. Meier (1958), Nonparametric estimation from incomplete observations, "
    "J. Am. Stat. Assoc. 53:457–481",
)
WILSON = Source(
    "Limits of shares",
    "E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, "
    "J. Am. Stat. Assoc. 22:209–212",
)
COX = Source(
    "Hazard ratios",
    "D. R. Cox (1972), Regression models and life-tables, J. R. Stat. Soc. B 34:187–220",
)
FRIEDMAN = Source(
    "All arms at once",
    "M. Friedman (1937), The use of ranks to avoid the assumption of normality implicit in the "
    "analysis of variance, J. Am. Stat. Assoc. 32:675–701",
)
RANKS = Source(
    "Rank tests under censoring",
    "R. L. Prentice (1978), Linear rank tests with right censored data, Biometrika 65:167–179; "
    "P. C. O’Brien & T. R. Fleming (1987), A paired Prentice–Wilcoxon test for censored paired "
    "data, Biometrics 43:169–180",
)
RLIABLE = Source(
    "Interquartile means and probability of improvement",
    "R. Agarwal et al. (2021), Deep reinforcement learning at the edge of the statistical "
    "precipice, NeurIPS 34",
)
COCO = Source(
    "Expected running time",
    "N. Hansen et al. (2021), COCO: a platform for comparing continuous optimizers in a black-box "
    "setting, Optim. Methods Softw. 36:114–144",
)
DATA_PROFILE = Source(
    "Data profiles",
    "J. J. Moré & S. M. Wild (2009), Benchmarking derivative-free optimization algorithms, "
    "SIAM J. Optim. 20:172–191",
)
