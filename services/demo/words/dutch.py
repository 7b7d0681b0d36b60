"""Dutch customers of the demo shop: names and words of our own."""
# ruff: noqa: E501  A sentence stays whole.

from services.demo.words.scripts import Script, Tongue, Topic, same

LATE = (
    "Mijn bestelling {order} had er al moeten zijn. Waar blijft die?",
    "De track-and-trace van {order} staat al dagen stil. Ziet u meer dan ik?",
    "Ik was de hele dag thuis, maar het pakket met “{product}” is niet gekomen.",
)
DUTCH = Tongue(
    women=(
        *("Anouk", "Bente", "Carlijn", "Eefje", "Floor", "Hanneke", "Jasmijn"),
        *("Loïs", "Maaike", "Nienke", "Rozemarijn", "Saskia", "Tess", "Yvonne"),
    ),
    men=(
        *("Bram", "Casper", "Diederik", "Floris", "Gijs", "Hidde", "Jurre"),
        *("Koen", "Lars", "Matthijs", "Niels", "Rutger", "Siebe", "Wouter"),
    ),
    surnames=same(
        *("van den Akker", "Beekman", "Cornelissen", "Dijkstra", "van Egmond", "Franken"),
        *("de Groot", "Hendriks", "Jansen", "Kramer", "van Leeuwen", "Meijer", "Nijhof"),
        *("Oosterhuis", "Prins", "Reitsma", "Schouten", "ten Brink", "Veldhuis", "Wiersma"),
    ),
    greetings=("", "", "Hallo!", "Goedemorgen.", "Dag!"),
    thanks=("Fijn, dank u wel!", "Dat ging snel, bedankt!", "Top, hartelijk dank."),
    scripts={
        Topic.LATE: Script(
            LATE,
            "Goedendag! Ik heb {order} voor me en vraag het na bij de vervoerder. Een ogenblik.",
            "Dank u. Komt het deze week nog?",
            (
                "Het depot heeft het gevonden: het komt morgen voor twaalf uur. De nieuwe link staat in uw mail.",
                "Het ligt nog in het depot en is binnen twee dagen bij u. U krijgt de verzendkosten terug.",
            ),
        ),
        Topic.LOST: Script(
            LATE,
            "Wat vervelend dat u zo lang wacht! Ik zoek op waar {order} het laatst is gescand.",
            "Het is nu al twee weken geleden.",
            (
                "De vervoerder is het pakket kwijt, onze excuses! U krijgt het hele bedrag terug.",
                "We gaan ervan uit dat het pakket kwijt is en betalen vandaag alles terug. Het spijt ons.",
            ),
        ),
        Topic.DAMAGED: Script(
            (
                "“{product}” uit bestelling {order} is kapot aangekomen.",
                "De doos was ingedeukt en “{product}” heeft een barst. Ik kan een foto sturen.",
                "Een deel van {order} kwam in stukken aan: “{product}”. Wat nu?",
            ),
            "Wat jammer! Ik heb uw bestelling hier. Zullen we u het geld teruggeven?",
            "Ja, graag. Moet ik de scherven terugsturen?",
            (
                "Dat hoeft niet. De prijs van “{product}” gaat vandaag naar u terug.",
                "Nee, gooi ze maar weg. Het geld staat binnen drie werkdagen op uw rekening.",
            ),
        ),
        Topic.RETURN: Script(
            (
                "“{product}” valt tegen. Hoe kan ik het terugsturen?",
                "Ik wil “{product}” uit {order} graag retourneren. Het is ongebruikt.",
                "Kan ik een deel van {order} terugsturen? De kleur past niet bij de rest.",
            ),
            "Natuurlijk, daar hebt u dertig dagen voor. Ik maak een retourlabel voor {order}.",
            "Moet ik dat zelf afdrukken?",
            (
                "Nee, de code op uw telefoon is genoeg. Zodra het pakket hier is, krijgt u uw geld terug.",
                "Nee. Laat de code zien bij een pakketpunt; we betalen terug zodra het pakket hier is.",
            ),
        ),
        Topic.REFUND: Script(
            (
                "Ik heb {order} teruggestuurd, maar mijn geld is er nog niet.",
                "Wanneer wordt {order} terugbetaald?",
                "Het pakket is al dagen bij u. Waar blijft het geld voor “{product}”?",
            ),
            "Ik kijk even hoe het met de terugbetaling van {order} staat.",
            "Ik heb met een kaart betaald, als dat helpt.",
            (
                "Het bedrag gaat vandaag bij ons weg; bij uw bank kan het drie werkdagen duren.",
                "Uw retour is verwerkt en het geld is onderweg naar uw rekening.",
            ),
        ),
        Topic.INVOICE: Script(
            (
                "Ik heb voor {order} een factuur met het btw-nummer van mijn bedrijf nodig.",
                "Kunt u me de factuur van {order} nog een keer sturen?",
                "Op de factuur van {order} staat mijn oude adres. Kunt u dat wijzigen?",
            ),
            "Dat doe ik graag. Ik open nu de factuur van {order}.",
            "Stuurt u hem naar het adres van mijn account?",
            (
                "Geregeld: de factuur zit als pdf in uw mailbox.",
                "De nieuwe factuur is net verstuurd; de oude vervalt.",
            ),
        ),
        Topic.GIFT: Script(
            (
                "{order} is een cadeau. Kunt u de prijzen uit het pakket laten?",
                "Kunt u “{product}” als cadeau inpakken, met een kaartje?",
                "Het cadeau uit bestelling {order} moet er zaterdag zijn. Lukt dat?",
            ),
            "Wat een mooi cadeau! Ik kijk wat er voor {order} nog kan.",
            "Dat zou geweldig zijn.",
            (
                "Het staat bij de bestelling: cadeaupapier, een kaartje en geen prijzen in de doos.",
                "Het magazijn weet ervan: het wordt ingepakt en gaat vandaag nog weg.",
            ),
        ),
        Topic.STOCK: Script(
            (
                "Komt “{product}” nog terug?",
                "Ik kan “{product}” niet in mijn winkelwagen leggen. Is het uitverkocht?",
                "Wanneer hebt u “{product}” weer?",
            ),
            "Hallo! Ik vraag het magazijn even naar “{product}”.",
            "Neem gerust de tijd.",
            (
                "Dinsdag komt er nieuwe voorraad. Zal ik één exemplaar voor u apart leggen?",
                "Het is er volgende week weer; u krijgt bericht zodra het binnen is.",
            ),
        ),
    },
    unscripted=(
        "Goedendag! Een ogenblik, ik zoek het voor u uit.",
        "Dank u. Kan ik verder nog iets voor u doen?",
    ),
)
