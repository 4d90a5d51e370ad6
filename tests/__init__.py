"""The tests; what they share tells what it found when an assertion of it fails, as theirs do."""

import pytest

pytest.register_assert_rewrite("tests.support")
