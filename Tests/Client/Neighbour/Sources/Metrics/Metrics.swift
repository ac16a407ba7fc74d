/// A module of the name that a well-known package has.
public enum MetricsOfANeighbour {}
