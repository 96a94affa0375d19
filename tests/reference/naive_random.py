"""The hashed draws in plain integers; see `skensemble._random` for what they are for."""

GOLDEN = 0x9E3779B97F4A7C15
WORD = (1 << 64) - 1

FEATURE, THRESHOLD, MISSING_SIDE, LEFT, RIGHT, TREE = 2, 3, 4, 5, 6, 7


def mix(key):
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & WORD
    return key ^ (key >> 31)


def draw(key, purpose, number):
    """64 random bits."""
    return mix((mix((key + purpose * GOLDEN) & WORD) + number * GOLDEN) & WORD)


def child_key(key, is_right):
    """The key of a node's left or right child."""
    return mix((key + (RIGHT if is_right else LEFT) * GOLDEN) & WORD)


def below(bits, n):
    """An integer of 0 to n - 1: the upper half of the bits as a fraction of n."""
    return ((bits >> 32) * n) >> 32


def unit(bits):
    """A float in [0, 1): the upper 53 bits."""
    return (bits >> 11) / 2**53


def shuffled_features(key, n_features):
    """Yield the features in the order in which a node draws them, without replacement (Fisher and Yates)."""
    features = list(range(n_features))
    for number in range(n_features):
        other = number + below(draw(key, FEATURE, number), n_features - number)
        features[number], features[other] = features[other], features[number]
        yield features[number]


def circle_of_features(key, n_features):
    """Return all features in the order in which a node looks at them that draws none but the first."""
    first = below(draw(key, FEATURE, 0), n_features)
    return [*range(first, n_features), *range(first)]
