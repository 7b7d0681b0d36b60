"""Romanian customers of the demo shop: names and words of our own; ș and ț have a comma below."""
# ruff: noqa: E501  A sentence stays whole.

from services.demo.words.scripts import Script, Tongue, Topic, same

LATE = (
    "Comanda mea {order} trebuia să fie deja aici. Unde este?",
    "Urmărirea coletului {order} stă pe loc de câteva zile. Vedeți mai mult decât mine?",
    "Am fost acasă toată ziua, dar coletul cu „{product}” nu a ajuns.",
)
ROMANIAN = Tongue(
    women=(
        *("Adela", "Bianca", "Crina", "Daria", "Elisabeta", "Floarea", "Georgiana"),
        *("Ilinca", "Larisa", "Mădălina", "Oana", "Ruxandra", "Ștefania", "Teodora"),
    ),
    men=(
        *("Bogdan", "Călin", "Dragoș", "Emanuel", "Florin", "Grigore", "Horia"),
        *("Ionuț", "Laurențiu", "Matei", "Octavian", "Răzvan", "Șerban", "Tiberiu"),
    ),
    surnames=same(
        *("Albu", "Bălan", "Chirilă", "Dobre", "Enache", "Florea", "Grosu"),
        *("Hațegan", "Ispas", "Lăzărescu", "Moraru", "Neagoe", "Oprea", "Păun"),
        *("Roșca", "Stănescu", "Șandru", "Țăranu", "Ursu", "Văduva"),
    ),
    greetings=("", "", "Bună ziua!", "Bună dimineața.", "Salut!"),
    thanks=("Perfect, mulțumesc mult!", "Ce repede! Vă mulțumesc.", "Minunat, mulțumesc frumos."),
    scripts={
        Topic.LATE: Script(
            LATE,
            "Bună ziua! Am {order} în față și întreb curierul. O clipă, vă rog.",
            "Mulțumesc. Mai ajunge săptămâna aceasta?",
            (
                "Depozitul a găsit coletul: vine mâine înainte de prânz. Aveți noul link în căsuța de e-mail.",
                "Coletul este reținut la depozit și ajunge în două zile. Vă dăm înapoi costul livrării.",
            ),
        ),
        Topic.LOST: Script(
            LATE,
            "Ne pare rău că așteptați! Caut unde a fost scanat ultima dată coletul {order}.",
            "Au trecut deja două săptămâni.",
            (
                "Curierul a pierdut coletul, ne pare foarte rău! Vă returnăm toată suma.",
                "Considerăm coletul pierdut și vă returnăm astăzi toți banii. Ne cerem scuze.",
            ),
        ),
        Topic.DAMAGED: Script(
            (
                "Produsul „{product}” din comanda {order} a ajuns spart.",
                "Cutia era turtită, iar „{product}” are o fisură. Pot trimite o fotografie.",
                "O parte din {order} a venit în bucăți: „{product}”. Ce facem acum?",
            ),
            "Ne pare rău! Am comanda dumneavoastră aici. Să vă returnăm banii?",
            "Da, vă rog. Trebuie să trimit cioburile înapoi?",
            (
                "Nu este nevoie. Prețul pentru „{product}” se întoarce astăzi la dumneavoastră.",
                "Nu, le puteți arunca. Banii vor fi în cont în cel mult trei zile lucrătoare.",
            ),
        ),
        Topic.RETURN: Script(
            (
                "Produsul „{product}” nu este ce îmi imaginam. Cum îl pot returna?",
                "Aș dori să returnez „{product}” din {order}. Produsul nu a fost folosit.",
                "Pot returna o parte din {order}? Culoarea nu se potrivește cu restul.",
            ),
            "Desigur, aveți treizeci de zile pentru asta. Pregătesc eticheta de retur pentru {order}.",
            "Trebuie să o tipăresc eu?",
            (
                "Nu, ajunge codul de pe telefon. Când coletul se întoarce la noi, vă returnăm banii.",
                "Nu. Arătați codul la un punct de ridicare; vă returnăm banii când ajunge coletul.",
            ),
        ),
        Topic.REFUND: Script(
            (
                "Am trimis {order} înapoi, dar banii nu au ajuns.",
                "Când se plătește rambursarea pentru {order}?",
                "Coletul este la dumneavoastră de câteva zile. Unde sunt banii pentru „{product}”?",
            ),
            "Verific unde a ajuns rambursarea pentru {order}.",
            "Am plătit cu cardul, dacă ajută.",
            (
                "Banii pleacă astăzi de la noi; la bancă poate dura trei zile lucrătoare.",
                "Returul a fost înregistrat, iar banii sunt pe drum spre card.",
            ),
        ),
        Topic.INVOICE: Script(
            (
                "Am nevoie de o factură pentru {order} cu codul de TVA al firmei mele.",
                "Îmi puteți trimite din nou factura pentru {order}?",
                "Pe factura pentru {order} apare vechea mea adresă. O puteți schimba?",
            ),
            "Cu plăcere. Deschid acum factura pentru {order}.",
            "Vă rog să o trimiteți la adresa din contul meu.",
            (
                "Gata: factura este în căsuța de e-mail, în format PDF.",
                "Noua factură tocmai a plecat; cea veche nu mai este valabilă.",
            ),
        ),
        Topic.GIFT: Script(
            (
                "{order} este un cadou. Puteți să nu puneți prețurile în colet?",
                "Puteți ambala „{product}” pentru cadou și adăuga o felicitare?",
                "Cadoul din comanda {order} trebuie să ajungă până sâmbătă. Se poate?",
            ),
            "Ce cadou frumos! Să văd ce mai este posibil pentru {order}.",
            "Ar fi minunat.",
            (
                "Este notat în comandă: hârtie de cadou, o felicitare și niciun preț în cutie.",
                "Depozitul știe: îl ambalează pentru cadou și pleacă astăzi.",
            ),
        ),
        Topic.STOCK: Script(
            (
                "Va mai fi „{product}” în stoc?",
                "Nu pot pune „{product}” în coș. S-a epuizat?",
                "Când veți avea din nou „{product}”?",
            ),
            "Bună ziua! Întreb depozitul despre „{product}”.",
            "Nu este nicio grabă.",
            (
                "Marți sosește marfă nouă. Să vă pun deoparte o bucată?",
                "Revine săptămâna viitoare; primiți un mesaj de îndată ce ajunge.",
            ),
        ),
    },
    unscripted=("Bună ziua! O clipă, verific imediat.", "Mulțumesc. Vă mai pot ajuta cu ceva?"),
)
