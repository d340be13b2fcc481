"""What may happen: tables of transitions, the guards that refuse them and the words for both. Pure Python."""
