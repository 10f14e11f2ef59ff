"""What functions and aggregations take: the kinds of their arguments and how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["scalar", "instant vector", "range vector", "string"]

_LETTERS: dict[str, Kind] = {"s": "scalar", "v": "instant vector", "m": "range vector", "t": "string"}


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments of a function.

    Attributes:
        kinds: Of each argument; the last one repeats where there are more.
        least: The smallest number of arguments.
        most: The largest; ``None`` for any.
        gives: The kind of the result.
    """

    kinds: tuple[Kind, ...]
    least: int
    most: int | None
    gives: Kind

    @classmethod
    def of(cls, letters: str) -> Signature:
        """Read ``vs?``: v(ector), m(atrix), s(calar), t(ext); ``?`` the last may lack, ``*`` repeats."""
        takes, _, gives = letters.partition(">")
        plain = takes.rstrip("?*")
        kinds = tuple(_LETTERS[letter] for letter in plain)
        least = len(kinds) - (takes != plain)
        most = None if takes.endswith("*") else len(kinds)
        return cls(kinds, least, most, _LETTERS[gives or "v"])


def _all(names: str, letters: str) -> dict[str, Signature]:
    return dict.fromkeys(names.split(), Signature.of(letters))


SIGNATURES: dict[str, Signature] = {
    **_all(
        "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg "
        "histogram_count histogram_stddev "
        "histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt "
        "start_timestamp tan tanh timestamp",
        "v",
    ),
    **_all(
        "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase "
        "irate last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets "
        "stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time "
        "ts_of_max_over_time ts_of_min_over_time",
        "m",
    ),
    **_all("day_of_month day_of_week day_of_year days_in_month hour minute month year", "v?"),
    **_all("clamp_max clamp_min", "vs"),
    **_all("pi time", ">s"),
    **_all("start end range step", ">s"),
    **_all("max_of min_of", "ss>s"),
    "clamp": Signature.of("vss"),
    "double_exponential_smoothing": Signature.of("mss"),
    "histogram_fraction": Signature.of("ssv"),
    "histogram_quantile": Signature.of("sv"),
    "histogram_quantiles": Signature.of("vtss*"),
    "info": Signature.of("vv?"),
    "label_join": Signature.of("vttt*"),
    "label_replace": Signature.of("vtttt"),
    "predict_linear": Signature.of("ms"),
    "quantile_over_time": Signature.of("sm"),
    "round": Signature.of("vs?"),
    "scalar": Signature.of("v>s"),
    "sort_by_label": Signature.of("vt*"),
    "sort_by_label_desc": Signature.of("vt*"),
    "vector": Signature.of("s"),
}

AGGREGATIONS: dict[str, Kind | None] = {
    **dict.fromkeys(("avg", "count", "group", "max", "min", "stddev", "stdvar", "sum"), None),
    **dict.fromkeys(("topk", "bottomk", "quantile", "limitk", "limit_ratio"), _LETTERS["s"]),
    "count_values": "string",
}
"""The kind of the parameter of each aggregation; ``None`` where it takes none."""
