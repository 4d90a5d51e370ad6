"""Load generators: they speak the public interface only, like strangers, but for `feed`."""
