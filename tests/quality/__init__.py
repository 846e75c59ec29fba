"""Quality figures on public sets, ours beside others' in the same run; nothing of the sets is kept."""
