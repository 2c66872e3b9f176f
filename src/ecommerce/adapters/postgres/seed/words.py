"""The words that names and descriptions of the demo shop are made of."""

ADJECTIVES = (
    "Compact Rugged Silent Classic Modern Vintage Gentle Featherlight Heavyweight Portable Foldable Premium"
    " Everyday Deluxe Urban Alpine Coastal Nordic Royal Slim Radiant Velvet Brisk Timeless"
).split()

MATERIALS = (
    "Walnut Copper Linen Cotton Leather Bamboo Ceramic Marble Carbon Titanium Merino Silk Granite Brass"
    " Cedar Maple Cork Denim Canvas Resin Oak Steel Glass Birch"
).split()

BRANDS = (
    "Aldermoor",
    "Brightwater",
    "Čapek & Syn",
    "Dovetail",
    "Emberline",
    "Fjällnäs",
    "Grünewald",
    "Harrowgate",
    "Ikigawa",
    "Juniper Row",
    "Kestrel",
    "Lumière",
    "Mirador",
    "Northbank",
    "Östberg",
    "Piñón",
    "Quillon",
    "Rosmarin",
    "Señal",
    "Tallow & Thread",
)

COUNTRIES = "Portugal Japan Sweden Italy Germany Vietnam Canada Mexico".split()

TAGS = "bestseller eco gift handmade limited new recycled vegan".split()

COLORS = ("Black", "White", "Red", "Blue", "Green", "Sand", "Slate", "Plum")
SIZES = ("S", "M", "L", "XL")
CAPACITIES = ("64 GB", "128 GB", "256 GB")
SCALES = ("Small", "Medium", "Large")

# Put before a name: accents, other alphabets, and what breaks careless code.
FOREIGN = (
    "Café Crème",
    "Größe Übermut",
    "Ñandú",
    "Smörgås",
    "Ångström",
    "Ærø",
    "Łódź",
    "Çeşme",
    "日本製",
    "Жар-птица",
    "Ωmega",
    "O’Brien’s “Best”",
)

LONG = (
    "with an adjustable frame, a removable cover and a travel pouch, for small rooms, long journeys, early"
    " mornings and everybody who has ever looked for something in the dark, second edition, revised"
)

OPENINGS = (
    "Made for people who use their things every day.",
    "A quiet favourite of our workshop.",
    "Designed to be repaired rather than replaced.",
    "It does one thing and does it well.",
    "Small in the box, large in use.",
    "Sold by us since the first week of the shop.",
)

VIRTUES = (
    "The {material} ages beautifully and is easy to clean.",
    "Each piece of {material} is finished by hand in {country}.",
    "Tested for years of daily service; spare parts are in stock.",
    "The surface stays cool, the edges are soft, the colours do not fade.",
    "It folds flat, weighs little and fits on any shelf.",
    "Packed without plastic and shipped with a printed setup guide.",
)

CLOSINGS = (
    "Comes with a warranty of two years.",
    "Recommended by guides, cooks and one lighthouse keeper.",
    "Pairs well with anything else by {brand}.",
    "Batteries are neither needed nor included.",
)
