"""Silent certification: what other registers say, folded by one definition into three lists (docs/decisions/100)."""
