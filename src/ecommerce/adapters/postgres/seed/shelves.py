"""The departments of the demo shop, three deep, and what stands on each shelf."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelf:
    """A leaf category. Prices in cents of a dollar; `variety` names the options its products have."""

    name: str
    code: str
    nouns: tuple[str, ...]
    cheapest: int
    dearest: int
    variety: str


DEPARTMENTS: dict[str, dict[str, tuple[Shelf, ...]]] = {
    "Electronics": {
        "Sound": (
            Shelf("Headphones", "HDP", ("Headphones", "Earbuds", "Headset"), 1900, 45000, "color"),
            Shelf("Speakers", "SPK", ("Speaker", "Soundbar", "Radio"), 2500, 49000, "color"),
        ),
        "Computing": (
            Shelf("Storage", "STO", ("Drive", "Stick", "Enclosure"), 1500, 42000, "capacity"),
            Shelf("Keyboards", "KEY", ("Keyboard", "Keypad", "Mouse"), 1900, 29000, "color"),
        ),
        "Imaging": (
            Shelf("Cameras", "CAM", ("Camera", "Camcorder", "Scanner"), 9900, 49500, "color"),
            Shelf("Tripods", "TRI", ("Tripod", "Monopod", "Gimbal"), 1900, 38000, "none"),
        ),
    },
    "Home": {
        "Kitchen": (
            Shelf("Cookware", "COO", ("Skillet", "Saucepan", "Casserole"), 1800, 32000, "scale"),
            Shelf("Tableware", "TAB", ("Bowl", "Plate", "Teapot"), 600, 14000, "color"),
        ),
        "Living": (
            Shelf("Lamps", "LMP", ("Lamp", "Lantern", "Chandelier"), 2200, 47000, "color"),
            Shelf("Chairs", "CHR", ("Chair", "Armchair", "Stool"), 5900, 49900, "color"),
        ),
        "Bedroom": (
            Shelf("Bedding", "BED", ("Duvet", "Pillow", "Blanket"), 1500, 26000, "scale"),
            Shelf("Rugs", "RUG", ("Rug", "Runner", "Mat"), 2900, 48000, "scale"),
        ),
    },
    "Outdoor": {
        "Camping": (
            Shelf("Tents", "TNT", ("Tent", "Tarp", "Shelter"), 6900, 49000, "color"),
            Shelf("Backpacks", "BPK", ("Backpack", "Daypack", "Duffel"), 2900, 33000, "color"),
        ),
        "Cycling": (
            Shelf("Helmets", "HEL", ("Helmet", "Visor", "Goggles"), 2500, 27000, "wear"),
            Shelf("Lights", "LIT", ("Headlight", "Taillight", "Beacon"), 900, 12000, "none"),
        ),
        "Garden": (
            Shelf("Planters", "PLT", ("Planter", "Trellis", "Pot"), 900, 19000, "scale"),
            Shelf("Tools", "TLS", ("Spade", "Rake", "Secateurs"), 1200, 16000, "none"),
        ),
    },
    "Fashion": {
        "Clothing": (
            Shelf("Jackets", "JKT", ("Jacket", "Parka", "Anorak"), 4900, 46000, "wear"),
            Shelf("Knitwear", "KNT", ("Sweater", "Cardigan", "Pullover"), 3500, 28000, "wear"),
        ),
        "Shoes": (
            Shelf("Sneakers", "SNK", ("Sneaker", "Trainer", "Loafer"), 4500, 26000, "wear"),
            Shelf("Boots", "BOT", ("Boot", "Wellington", "Brogue"), 6900, 39000, "wear"),
        ),
        "Accessories": (
            Shelf("Watches", "WAT", ("Watch", "Chronograph", "Bracelet"), 3900, 49900, "color"),
            Shelf("Bags", "BAG", ("Handbag", "Satchel", "Tote"), 2500, 37000, "color"),
        ),
    },
}

SHELVES = tuple(shelf for groups in DEPARTMENTS.values() for shelves in groups.values() for shelf in shelves)
