"""Legal holds: placing one, telling the people who have what it holds, handing it out, releasing it."""
