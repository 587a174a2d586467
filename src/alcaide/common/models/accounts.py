"""Who signs in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from alcaide.common.ids import new_uid


class UserManager(BaseUserManager["User"]):
    """Makes users. A user without a password signs in by a one-time link."""

    def create_user(self, email: str, name: str, password: str | None = None, *, time_zone: str = "UTC") -> "User":
        user = self.model(email=self.normalize_email(email).lower(), name=name, time_zone=time_zone)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person who may sign in. What they may do is granted per unit, never on this row."""

    KEPT = "A sign-in is switched off, never deleted: the trail names it."

    uid = models.UUIDField(default=new_uid, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    time_zone = models.CharField(max_length=64, default="UTC")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        return f"common.user:{self.uid}"
