"""The project as an application, so that its pages and commands are found."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "alcaide.project"
    label = "project"
