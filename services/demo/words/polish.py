"""Polish customers of the demo shop: names and words of our own."""
# ruff: noqa: E501  A sentence stays whole.

from services.demo.words.scripts import Script, Tongue, Topic, same

LATE = (
    "Zamówienie {order} powinno już u mnie być. Gdzie ono jest?",
    "Śledzenie przesyłki {order} stoi od kilku dni. Czy widzą Państwo coś więcej?",
    "Cały dzień ktoś był w domu, a paczka z „{product}” nie dotarła.",
)
POLISH = Tongue(
    women=(
        *("Aleksandra", "Barbara", "Dorota", "Ewelina", "Grażyna", "Hanna", "Jagoda"),
        *("Łucja", "Magdalena", "Natalia", "Róża", "Stanisława", "Weronika", "Żaneta"),
    ),
    men=(
        *("Adam", "Bartłomiej", "Dawid", "Filip", "Hubert", "Jakub", "Kamil"),
        *("Łukasz", "Mateusz", "Przemysław", "Stanisław", "Tomasz", "Wojciech", "Zbigniew"),
    ),
    surnames=(
        ("Adamska", "Adamski"),
        ("Borkowska", "Borkowski"),
        ("Chmielewska", "Chmielewski"),
        ("Głowacka", "Głowacki"),
        ("Jasińska", "Jasiński"),
        ("Krajewska", "Krajewski"),
        ("Laskowska", "Laskowski"),
        ("Malinowska", "Malinowski"),
        ("Ostrowska", "Ostrowski"),
        ("Śliwińska", "Śliwiński"),
        ("Zakrzewska", "Zakrzewski"),
        *same("Bąk", "Cieślak", "Gołąb", "Kaczmarek", "Łuczak", "Mróz", "Pietrzak", "Żak"),
    ),
    greetings=("", "", "Dzień dobry!", "Witam.", "Dzień dobry."),
    thanks=("Świetnie, bardzo dziękuję!", "Szybko poszło, dziękuję!", "Super, dzięki za pomoc."),
    scripts={
        Topic.LATE: Script(
            LATE,
            "Dzień dobry! Mam przed sobą zamówienie {order} i pytam przewoźnika. Proszę o chwilę.",
            "Dziękuję. Czy dotrze jeszcze w tym tygodniu?",
            (
                "Magazyn przewoźnika odnalazł paczkę: dotrze jutro przed południem. Nowy link jest w Państwa skrzynce.",
                "Paczka utknęła w sortowni i dotrze w ciągu dwóch dni. Zwracamy koszt wysyłki.",
            ),
        ),
        Topic.LOST: Script(
            LATE,
            "Przepraszamy za to czekanie! Sprawdzam, gdzie ostatnio zeskanowano {order}.",
            "To już dwa tygodnie.",
            (
                "Przewoźnik zgubił paczkę, bardzo przepraszamy! Zwracamy całą kwotę.",
                "Uznajemy paczkę za zaginioną i jeszcze dziś zwracamy całość. Przepraszamy za kłopot.",
            ),
        ),
        Topic.DAMAGED: Script(
            (
                "Produkt „{product}” z zamówienia {order} przyszedł uszkodzony.",
                "Karton był zgnieciony, a „{product}” ma pęknięcie. Mogę przysłać zdjęcie.",
                "Część zamówienia {order} przyszła w kawałkach: „{product}”. Co teraz?",
            ),
            "Bardzo nam przykro! Mam tu to zamówienie. Czy mamy zwrócić pieniądze?",
            "Tak, proszę. Czy mam odesłać kawałki?",
            (
                "Nie trzeba. Cena produktu „{product}” wraca do Państwa jeszcze dziś.",
                "Nie, można je wyrzucić. Zwrot będzie na koncie w ciągu trzech dni roboczych.",
            ),
        ),
        Topic.RETURN: Script(
            (
                "Produkt „{product}” nie spełnia moich oczekiwań. Jak go odesłać?",
                "Chcę zwrócić „{product}” z zamówienia {order}. Rzecz jest nieużywana.",
                "Czy mogę odesłać część zamówienia {order}? Kolor nie pasuje do reszty.",
            ),
            "Oczywiście, jest na to trzydzieści dni. Przygotowuję etykietę zwrotną do {order}.",
            "Czy muszę ją wydrukować?",
            (
                "Nie, wystarczy kod w telefonie. Gdy paczka do nas wróci, zwrócimy pieniądze.",
                "Nie. Proszę pokazać kod w punkcie odbioru; pieniądze zwrócimy, gdy paczka dotrze.",
            ),
        ),
        Topic.REFUND: Script(
            (
                "Zamówienie {order} odesłane, a pieniędzy nadal nie ma.",
                "Kiedy dostanę zwrot za {order}?",
                "Paczka jest u Państwa od kilku dni. Gdzie jest zwrot za „{product}”?",
            ),
            "Sprawdzam, co się dzieje ze zwrotem za {order}.",
            "Płatność była kartą, jeśli to pomoże.",
            (
                "Zwrot wychodzi od nas dzisiaj; w banku może to potrwać trzy dni robocze.",
                "Zwrot jest przyjęty, a pieniądze są już w drodze na konto.",
            ),
        ),
        Topic.INVOICE: Script(
            (
                "Potrzebuję faktury do {order} z numerem NIP mojej firmy.",
                "Czy mogę prosić o ponowne przesłanie faktury do {order}?",
                "Na fakturze do {order} jest mój stary adres. Czy da się to zmienić?",
            ),
            "Z przyjemnością. Otwieram fakturę do {order}.",
            "Proszę ją wysłać na adres z mojego konta.",
            (
                "Gotowe: faktura w formacie PDF jest w skrzynce.",
                "Nowa faktura właśnie wyszła; poprzednia jest nieważna.",
            ),
        ),
        Topic.GIFT: Script(
            (
                "{order} to prezent. Czy w paczce może nie być cen?",
                "Czy można zapakować „{product}” na prezent i dołączyć kartkę?",
                "Prezent z zamówienia {order} musi dotrzeć do soboty. Czy to się uda?",
            ),
            "Piękny prezent! Zobaczę, co jeszcze da się zrobić z {order}.",
            "Byłoby cudownie.",
            (
                "Jest w zamówieniu: ozdobny papier, kartka i żadnych cen w pudełku.",
                "Magazyn już wie: zapakuje na prezent i wyśle jeszcze dziś.",
            ),
        ),
        Topic.STOCK: Script(
            (
                "Czy „{product}” wróci do sprzedaży?",
                "Nie mogę włożyć „{product}” do koszyka. Czy to już wyprzedane?",
                "Kiedy znów będzie „{product}”?",
            ),
            "Dzień dobry! Pytam magazyn o „{product}”.",
            "Proszę się nie spieszyć.",
            (
                "Nowa dostawa będzie we wtorek. Czy odłożyć jedną sztukę?",
                "Będzie od przyszłego tygodnia; wyślemy wiadomość, gdy tylko dotrze.",
            ),
        ),
    },
    unscripted=(
        "Dzień dobry! Chwileczkę, już to sprawdzam.",
        "Dziękuję. Czy mogę jeszcze w czymś pomóc?",
    ),
)
