"""English customers of the demo shop: names and words of our own."""
# ruff: noqa: RUF001, E501  Typographic marks are what is meant; a sentence stays whole.

from services.demo.words.scripts import Script, Tongue, Topic, same

LATE = (
    "My order {order} should have been here by now. Where is it?",
    "The tracking of {order} has not moved for days. Can you see more than I can?",
    "I was at home all day, but the parcel with “{product}” never came.",
)
ENGLISH = Tongue(
    women=(
        *("Abigail", "Beatrice", "Charlotte", "Eleanor", "Freya", "Harriet", "Imogen"),
        *("Niamh", "Phoebe", "Rosalind", "Sophie", "Tamsin", "Willow", "Zoë"),
    ),
    men=(
        *("Alfie", "Callum", "Dominic", "Edmund", "Finley", "George", "Hamish"),
        *("Isaac", "Jasper", "Kit", "Lewis", "Oliver", "Rhys", "Toby"),
    ),
    surnames=same(
        *("Abernathy", "Birch", "Caldwell", "Dunmore", "Ellery", "Fairfax", "Garnett"),
        *("Hollis", "Ingram", "Jarvis", "Kendrick", "Lovell", "Merrick", "Norwood"),
        *("Osborne", "Pemberton", "Radcliffe", "Sedgwick", "Thornbury", "Whitlock"),
    ),
    greetings=("", "", "Hello!", "Hi there!", "Good morning."),
    thanks=("Great, thank you!", "That was quick. Thanks a lot!", "Lovely, thank you."),
    scripts={
        Topic.LATE: Script(
            LATE,
            "Hello! I have {order} in front of me and am asking the carrier. One moment, please.",
            "Thank you. Will it still come this week?",
            (
                "The depot has found it: it comes tomorrow before noon. The new tracking link is in your mailbox.",
                "It is held up at the depot and will be with you within two days. We give you the shipping cost back.",
            ),
        ),
        Topic.LOST: Script(
            LATE,
            "I am sorry for the wait! I am looking up where {order} was scanned last.",
            "It has been two weeks now.",
            (
                "The carrier has lost the parcel, I am sorry! The full amount is on its way back to you.",
                "We have given up on this parcel and refund all of it today. Please accept our apologies.",
            ),
        ),
        Topic.DAMAGED: Script(
            (
                "“{product}” from order {order} arrived broken.",
                "The box was dented and “{product}” has a crack. I can send a photo.",
                "One part of {order} came in pieces: “{product}”. What now?",
            ),
            "I am sorry to read that! I have your order here. Shall we give you the money back?",
            "Yes, please. Do you need the pieces back?",
            (
                "No need. The price of “{product}” goes back to you today.",
                "No, please throw them away. The refund will be on your account within three working days.",
            ),
        ),
        Topic.RETURN: Script(
            (
                "“{product}” is not what I imagined. How do I send it back?",
                "I would like to return “{product}” from {order}. It is unused.",
                "Can I return a part of {order}? The colour does not match the rest.",
            ),
            "Of course, you have thirty days for that. I am making a return label for {order}.",
            "Do I have to print it myself?",
            (
                "No, the code on your phone is enough. When the parcel is back with us, we refund you.",
                "No. Drop the parcel at any parcel shop and show the code; the refund follows when it is here.",
            ),
        ),
        Topic.REFUND: Script(
            (
                "I sent {order} back, but my money has not arrived.",
                "When will the refund for {order} be paid?",
                "The parcel has been with you for days. Where is the refund for “{product}”?",
            ),
            "Let me see where the refund for {order} stands.",
            "I paid by card, if that helps.",
            (
                "The refund leaves us today; your bank may take three working days.",
                "Your return is checked in, and the refund to your card is on its way.",
            ),
        ),
        Topic.INVOICE: Script(
            (
                "I need an invoice for {order} with my company’s VAT number.",
                "Could you send me the invoice for {order} once more?",
                "The invoice for {order} shows my old address. Can you change that?",
            ),
            "Gladly. I am opening the invoice of {order} now.",
            "Please send it to the address of my account.",
            (
                "Done: the invoice is in your mailbox as a PDF.",
                "The new invoice has just been sent; the old one no longer counts.",
            ),
        ),
        Topic.GIFT: Script(
            (
                "{order} is a present. Can you leave the prices out of the parcel?",
                "Could you wrap “{product}” as a gift and add a card?",
                "The present from order {order} has to be there by Saturday. Will that work?",
            ),
            "What a lovely present! Let me see what is still possible for {order}.",
            "That would be wonderful.",
            (
                "It is noted on the order: gift wrap, a card, and no prices in the box.",
                "The warehouse knows: it is wrapped as a gift and leaves today.",
            ),
        ),
        Topic.STOCK: Script(
            (
                "Will “{product}” be back in stock?",
                "I cannot put “{product}” into my cart. Is it sold out?",
                "When will you have “{product}” again?",
            ),
            "Hello! Let me ask the warehouse about “{product}”.",
            "Take your time.",
            (
                "New stock arrives on Tuesday. Shall I set one aside for you?",
                "It is back from next week; you get a message as soon as it is here.",
            ),
        ),
    },
    unscripted=(
        "Hello! One moment, I am looking into it.",
        "Thank you. Is there anything else I can do for you?",
    ),
)
