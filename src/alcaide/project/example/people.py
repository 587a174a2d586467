"""The example's 240 people, drawn with a seed."""

import random
from dataclasses import dataclass

from alcaide.common.search import fold

FIRST = ["Alba", "Adrián", "Ainhoa", "Álvaro", "Andrea", "Antonio", "Beatriz", "Bruno", "Carla", "Carlos", "Carmen", "César", "Clara", "Daniel", "David", "Diana", "Elena", "Emilio", "Eva", "Fátima", "Felipe", "Gema", "Gonzalo", "Hugo", "Inés", "Irene", "Iván", "Javier", "Joana", "Jorge", "Julia", "Laura", "Leire", "Lucía", "Luis", "Manuel", "Mar", "Marcos", "María", "Marta", "Miguel", "Mónica", "Nadia", "Nerea", "Nuria", "Óscar", "Pablo", "Paula", "Pilar", "Rafael", "Raquel", "Rosa", "Rubén", "Samir", "Sara", "Sergio", "Silvia", "Tomás", "Vera", "Víctor", "Yusuf", "Zoe"]
LAST = ["Aguilar", "Alonso", "Arias", "Barrios", "Benítez", "Blanco", "Bravo", "Cabrera", "Calvo", "Campos", "Cano", "Castro", "Cortés", "Crespo", "Cruz", "Delgado", "Díaz", "Domínguez", "Esteban", "Fuentes", "Gallego", "García", "Gil", "Gómez", "Guerrero", "Herrera", "Ibáñez", "Iglesias", "León", "Lorenzo", "Lozano", "Marín", "Márquez", "Medina", "Méndez", "Molina", "Montero", "Mora", "Moreno", "Muñoz", "Navarro", "Nieto", "Núñez", "Ortega", "Ortiz", "Pardo", "Pascual", "Peña", "Prieto", "Ramos", "Reyes", "Rivas", "Robledo", "Román", "Rubio", "Sáez", "Santos", "Sanz", "Serrano", "Soler", "Soto", "Suárez", "Torres", "Vargas", "Vega"]
TITLES = {
    "plant": ("Line operator", "Line operator", "Line operator", "Maintenance", "Quality", "Shift lead", "Logistics"),
    "office": ("Finance", "Sales", "Human resources", "Applications", "Network", "Purchasing", "Legal"),
    "warehouse": ("Picker", "Picker", "Driver", "Cold chain", "Shift lead"),
}


@dataclass(frozen=True)
class Someone:
    """A person of the example before they are written down."""

    name: str
    email: str
    title: str


def draw_people(seed: int, *, kind: str, count: int, taken: set[str]) -> list[Someone]:
    """Return people of a unit; the same seed gives the same people. `taken` holds the addresses used so far."""
    rng = random.Random(seed)  # noqa: S311  invented names need no secrecy
    found: list[Someone] = []
    while len(found) < count:
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {rng.choice(LAST)}"
        email = ".".join(fold(name)[:2]) + "@almena.example"
        if email in taken:
            email = ".".join(fold(name)) + "@almena.example"
        if email in taken:
            continue
        taken.add(email)
        found.append(Someone(name, email, rng.choice(TITLES[kind])))
    return found
