"""What waits for the person signed in: own tasks, feedback, cases."""
