"""Units, people, roles, appetite: who the organization is and who may do what where."""
