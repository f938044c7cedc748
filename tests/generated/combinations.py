"""Which options a project may be made with, and which of their combinations are tried."""

from itertools import combinations, product

Choice = dict[str, str]

# The options that decide what a project has, the default first.
FEATURES = {
    "auth": ["clerk,api-key", "clerk", "api-key"],
    "workers": ["prefect", "none"],
    "observability": ["logfire", "none"],
    "ci": ["github", "none"],
    "docker": ["yes", "no"],
    "deploy": ["none", "kubernetes"],
}
# What runs there are the images that this leaves out.
EXCLUDED = {("docker", "no"), ("deploy", "kubernetes")}
# The options that change a few words of it.
WORDS = {"license": ["mit", "apache-2.0", "proprietary"], "python": ["3.13", "3.14"]}

# Any two values of two options meet in one of these, as `missing_pairs` shows.
PAIRWISE: list[Choice] = [
    dict(zip(FEATURES, values, strict=True))
    for values in (
        ("clerk,api-key", "prefect", "logfire", "github", "yes", "none"),
        ("clerk,api-key", "none", "none", "none", "no", "none"),
        ("clerk", "prefect", "none", "github", "no", "none"),
        ("clerk", "none", "logfire", "none", "yes", "kubernetes"),
        ("api-key", "prefect", "logfire", "none", "no", "none"),
        ("api-key", "none", "none", "github", "yes", "kubernetes"),
        ("clerk,api-key", "prefect", "none", "github", "yes", "kubernetes"),
    )
]


def flags(choice: Choice) -> list[str]:
    """Returns the flags of `ddd-forge new` that choose so."""
    words = []
    for name, value in choice.items():
        match value:
            case "yes":
                pass
            case "no":
                words.append(f"--no-{name}")
            case _:
                words += [f"--{name}", value]
    return words


def every() -> list[Choice]:
    """Returns every combination of features that can be; the other options take turns."""
    choices = [dict(zip(FEATURES, values, strict=True)) for values in product(*FEATURES.values())]
    choices = [choice for choice in choices if not choice.items() >= EXCLUDED]
    for number, choice in enumerate(choices):
        choice |= {name: values[number % len(values)] for name, values in WORDS.items()}
    return choices


def missing_pairs() -> list[tuple[str, str]]:
    """Returns the pairs of values that no project of the pairwise set has."""
    missing = []
    for (one, ones), (other, others) in combinations(FEATURES.items(), 2):
        for pair in product(ones, others):
            if {(one, pair[0]), (other, pair[1])} == EXCLUDED:
                continue
            if not any((choice[one], choice[other]) == pair for choice in PAIRWISE):
                missing.append(pair)
    return missing
