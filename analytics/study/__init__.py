"""Monte-Carlo study of the verification methods: what they claim about chance, held against known truth."""
