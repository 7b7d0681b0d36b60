"""Portuguese customers of the demo shop: names and words of our own, as written in Portugal."""
# ruff: noqa: E501  A sentence stays whole.

from services.demo.words.scripts import Script, Tongue, Topic, same

LATE = (
    "A minha encomenda {order} já devia ter chegado. Onde está?",
    "O seguimento de {order} está parado há dias. Consegue ver mais do que eu?",
    "Estive em casa todo o dia, mas a encomenda com “{product}” não chegou.",
)
PORTUGUESE = Tongue(
    women=(
        *("Anabela", "Benedita", "Catarina", "Débora", "Fátima", "Graça", "Inês"),
        *("Leonor", "Madalena", "Núria", "Odete", "Raquel", "Sónia", "Vitória"),
    ),
    men=(
        *("Afonso", "Bernardo", "César", "Duarte", "Fernão", "Gonçalo", "Henrique"),
        *("João", "Lourenço", "Martim", "Nuno", "Rúben", "Simão", "Tomé"),
    ),
    surnames=same(
        *("Abrantes", "Brandão", "Cardoso", "Duarte Pinho", "Esteves", "Fontes", "Guimarães"),
        *("Henriques", "Leitão", "Magalhães", "Neves", "Paixão", "Quintela", "Romão"),
        *("Simões", "Teixeira", "Valadão", "Vasconcelos", "Viçoso", "Xavier"),
    ),
    greetings=("", "", "Olá!", "Bom dia.", "Boa tarde!"),
    thanks=("Ótimo, agradeço imenso!", "Que rapidez! Agradeço.", "Perfeito, agradeço a ajuda."),
    scripts={
        Topic.LATE: Script(
            LATE,
            "Olá! Tenho {order} à minha frente e vou perguntar à transportadora. Um momento, por favor.",
            "Agradeço. Ainda chega esta semana?",
            (
                "O armazém encontrou-a: chega amanhã antes do meio-dia. A nova ligação está no seu e-mail.",
                "Está retida no armazém e chega dentro de dois dias. Devolvemos-lhe o custo do envio.",
            ),
        ),
        Topic.LOST: Script(
            LATE,
            "Lamentamos a espera! Estou a ver onde {order} foi lida pela última vez.",
            "Já lá vão duas semanas.",
            (
                "A transportadora perdeu a encomenda, pedimos desculpa! Devolvemos-lhe o valor total.",
                "Damos a encomenda como perdida e devolvemos tudo ainda hoje. As nossas desculpas.",
            ),
        ),
        Topic.DAMAGED: Script(
            (
                "O artigo “{product}” da encomenda {order} chegou partido.",
                "A caixa vinha amolgada e “{product}” tem uma racha. Posso enviar uma fotografia.",
                "Uma parte de {order} veio em pedaços: “{product}”. E agora?",
            ),
            "Lamento muito! Tenho aqui a sua encomenda. Devolvemos-lhe o dinheiro?",
            "Sim, por favor. Tenho de enviar os pedaços?",
            (
                "Não é preciso. O preço de “{product}” volta para si ainda hoje.",
                "Não, pode deitá-los fora. O dinheiro estará na sua conta dentro de três dias úteis.",
            ),
        ),
        Topic.RETURN: Script(
            (
                "O artigo “{product}” não é o que eu imaginava. Como o devolvo?",
                "Gostaria de devolver “{product}” da encomenda {order}. Está por usar.",
                "Posso devolver parte de {order}? A cor não condiz com o resto.",
            ),
            "Claro, tem trinta dias para isso. Estou a preparar a etiqueta de devolução de {order}.",
            "Tenho de a imprimir?",
            (
                "Não, basta o código no telemóvel. Quando a encomenda voltar, devolvemos-lhe o dinheiro.",
                "Não. Mostre o código num ponto de recolha; devolvemos o dinheiro quando chegar.",
            ),
        ),
        Topic.REFUND: Script(
            (
                "Enviei {order} de volta, mas o meu dinheiro ainda não chegou.",
                "Quando é pago o reembolso de {order}?",
                "A encomenda está convosco há dias. Onde está o reembolso de “{product}”?",
            ),
            "Vou ver em que ponto está o reembolso de {order}.",
            "Paguei com cartão, se isso ajudar.",
            (
                "O reembolso sai hoje; no seu banco pode demorar três dias úteis.",
                "A sua devolução foi registada e o reembolso vai a caminho do seu cartão.",
            ),
        ),
        Topic.INVOICE: Script(
            (
                "Preciso de uma fatura de {order} com o número de contribuinte da minha empresa.",
                "Pode enviar-me outra vez a fatura de {order}?",
                "A fatura de {order} tem a minha morada antiga. Pode alterá-la?",
            ),
            "Com todo o gosto. Estou a abrir a fatura de {order}.",
            "Envie-a, por favor, para o endereço da minha conta.",
            (
                "Feito: a fatura está no seu e-mail em PDF.",
                "A nova fatura acabou de seguir; a antiga deixa de contar.",
            ),
        ),
        Topic.GIFT: Script(
            (
                "{order} é um presente. Podem deixar os preços fora da caixa?",
                "Podem embrulhar “{product}” como presente e juntar um cartão?",
                "O presente da encomenda {order} tem de chegar até sábado. É possível?",
            ),
            "Que belo presente! Deixe-me ver o que ainda se pode fazer por {order}.",
            "Seria maravilhoso.",
            (
                "Está anotado na encomenda: papel de embrulho, um cartão e nenhum preço na caixa.",
                "O armazém já sabe: vai embrulhado e segue ainda hoje.",
            ),
        ),
        Topic.STOCK: Script(
            (
                "O artigo “{product}” vai voltar a estar disponível?",
                "Não consigo pôr “{product}” no carrinho. Está esgotado?",
                "Quando voltam a ter “{product}”?",
            ),
            "Olá! Vou perguntar ao armazém por “{product}”.",
            "Não há pressa.",
            (
                "Na terça-feira chega mercadoria nova. Guardo-lhe uma unidade?",
                "Volta na próxima semana; recebe uma mensagem assim que chegar.",
            ),
        ),
    },
    unscripted=(
        "Olá! Um momento, vou já verificar.",
        "Agradeço. Posso ajudar em mais alguma coisa?",
    ),
)
