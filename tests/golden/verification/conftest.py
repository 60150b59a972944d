from tests.golden.verification.reference_series import SHARED

collect_ignore = [] if SHARED.exists() else ["test_reference_savings.py", "test_reference_fit.py"]
