namespace Arena.Rules.Spaces.Pitch;

/// <summary>What is asked for, and what the house's writers know of it.</summary>
/// <param name="Text">As both seats read it: what is asked for, an audience and one constraint.</param>
/// <param name="Doubt">What holds the audience back, granted.</param>
/// <param name="Gain">What the audience would win.</param>
/// <param name="Heeds">What keeps to the constraint where the constraint asks for something.</param>
/// <param name="Step">The smallest thing to begin with.</param>
internal sealed record Brief(string Text, string Doubt, string Gain, string Heeds, string Step);

/// <summary>The briefs, drawn uniformly. Appending one, or changing a text, raises the rules' version.</summary>
internal static class PitchBriefs
{
    public static IReadOnlyList<Brief> All { get; } =
    [
        new(
            "Persuade a busy parent to let their ten-year-old walk to school. Constraint: take the worry about traffic seriously.",
            "You worry about the traffic, and you are right to: no child should meet a fast road alone.",
            "But a ten-year-old who walks arrives awake, and has twenty minutes of the day that are entirely their own.",
            "So choose the route by its crossings and not by its length, and make a rule for the one bad corner: wait for the green man, every time.",
            "Walk it together this week, stay half a street behind next week, and decide after that."),
        new(
            "Persuade a small bakery's owner to close on Mondays. Constraint: argue from the owner's own interest, not the staff's.",
            "A closed door feels like lost custom.",
            "But whoever wants your bread buys it on Saturday and Tuesday instead, and your flour, oven and till rest on the slowest day of your week.",
            "Whatever the others think of it, you get one morning without an alarm, and a day on which suppliers and repairs find you in.",
            "Put Monday's takings beside Monday's costs for a month, and let the two columns decide."),
        new(
            "Persuade a reader who owns three unread novels to join the public library. Constraint: do not mention money.",
            "You have three books waiting already, so a fourth seems one too many.",
            "But a borrowed book comes with a date, and a date is what gets a book opened.",
            "You may also take home the odd one that you would never own, leave it after thirty pages, and owe nobody an explanation.",
            "Take one of your three along, read ten pages of it in the reading room, and leave with a card."),
        new(
            "Persuade a first-time gardener to start with a compost heap. Constraint: no botanical terms.",
            "A heap in the corner looks like the one job that a beginner may put off.",
            "But it turns kitchen scraps into the dark, crumbling soil that everything else in a garden needs, and it forgives every mistake.",
            "You need no names and no skill: wet and green goes on dry and brown, like layers in a cake.",
            "Start with a bottomless box, yesterday's peelings and a torn newspaper; turn it when you think of it."),
        new(
            "Persuade a football club's board to plant trees around its car park. Constraint: fewer than four sentences may speak of nature.",
            "You are there to run a football club, and a car park is for cars.",
            "But on a hot match day the first thing a visitor feels of the club is that car park, and shade is what keeps families ten minutes longer at the stand with the drinks.",
            "Trees at the edge take no parking space, and each can carry the name of the team that planted it.",
            "Begin with the side that faces the afternoon sun, and let each youth team dig one hole."),
        new(
            "Persuade a night-shift nurse to try a twenty-minute nap before driving home. Constraint: respect how tired they are of advice.",
            "You have had advice from people who slept last night, so here is only one thing and no lecture.",
            "Twenty minutes in the chair take the edge off the drive, and the road home is the part of the shift that nobody relieves you of.",
            "If you know that you won't sleep, leave it: eyes shut with the alarm set counts too.",
            "Set the alarm before you change your shoes, and go when it rings."),
        new(
            "Persuade a town council to keep an old, little-used footbridge. Constraint: name one honest argument against it and answer it.",
            "The honest argument against the bridge is that few people cross it, and it must be kept up all the same.",
            "But those few have no other way that is as short, and a crossing that is gone hardly ever comes back.",
            "To the argument itself: little used is little worn, so it asks less of you than any road of that length.",
            "Have it looked over once, put the result before the next meeting, and close nothing until then."),
        new(
            "Persuade a teenager to learn a folk song from a grandparent. Constraint: no appeal to duty.",
            "It may sound like something for a school concert.",
            "But a song that only one living person knows is a secret, and you would be the second one in on it.",
            "It takes one afternoon and a phone that records, and afterwards you own something that can't be streamed.",
            "Ask for the song with the worst words; there always is one."),
        new(
            "Persuade a software team to write its release notes for customers rather than for itself. Constraint: give one before-and-after line.",
            "You wrote the notes for yourselves because you were the only readers you could be sure of.",
            "But a customer who understands a change uses it, and doesn't have to ask what it was.",
            "Before: \"Refactored session handling.\" After: \"You stay signed in when you switch networks.\"",
            "Take the last release, rewrite its three longest lines in this way, and send both versions to one customer."),
        new(
            "Persuade a landlord to allow a quiet tenant to keep a cat. Constraint: offer something in return.",
            "A cat in a flat sounds like scratched doors and a complaint.",
            "But a quiet tenant who may keep one stays, and a tenant who stays is the least work that you can have.",
            "In return the scratched door, if there is one, is repaired before the keys come back, and that is put in writing.",
            "Agree on one cat, for one year, with a look at the doors at its end."),
        new(
            "Persuade a restaurant's guest to order the vegetarian dish. Constraint: speak of taste only.",
            "You came for something rich, and a plate without meat sounds thin.",
            "But these aubergines are charred until they turn smoky and sweet, under yoghurt that is sharp and oil that tastes of pepper.",
            "There are crisp crumbs on top and something soft beneath, and the lemon comes last.",
            "Take the first forkful with some of everything on it."),
        new(
            "Persuade a cyclist who rides in black at night to wear a light. Constraint: be funny once.",
            "In black, at night, you are the best-hidden thing on the road.",
            "A light makes the driver behind you see you a whole street earlier, and all that you do for it is press a button.",
            "You may of course go on as before; ninjas, however, seldom ride to work.",
            "Clip one to the bag that you always carry, and forget about it."),
        new(
            "Persuade a museum to open one evening a week until midnight. Constraint: paint one scene that a visitor would remember.",
            "An evening more is an evening on which somebody has to stay.",
            "But there are people who are free only after nine, and they have never seen the rooms as they are when it is dark outside.",
            "Think of one: it is eleven, rain is on the skylight, a single lamp lies on a single portrait, and two strangers whisper about the same hand.",
            "Open one wing, on one evening a week, for one season, and count who comes."),
        new(
            "Persuade a retired engineer to teach a Saturday repair class. Constraint: no flattery.",
            "A Saturday is a Saturday, and nobody would blame you for keeping it.",
            "But there is a table full of broken toasters, and ten people who would like to know why they are broken.",
            "You decide what is taught, how many may come and when the door closes.",
            "Come once, bring the tool that you use most, and open one machine."),
        new(
            "Persuade an airline passenger to check in their bag rather than carry it on. Constraint: promise nothing that an airline can't keep.",
            "With the bag above you it is near, and that is worth something.",
            "But checked in, it climbs no stairs with you, and you walk to the gate with both hands free.",
            "You will still wait for it at the belt, and nobody can promise how long; what you don't wait for is room above your seat.",
            "Keep what you can't do without in a small bag, and hand in the rest."),
        new(
            "Persuade a school to replace one written exam by an oral one. Constraint: address the fear of unfair marks.",
            "The fear is that an examiner marks the voice and not the answer.",
            "But asked aloud, a pupil can show in two minutes what a page of half-sentences hides, and can correct a slip at once.",
            "So let two teachers listen, mark apart, and write down the reason of each mark before they compare; a recording settles what they can't.",
            "Replace one paper, in one subject, and ask the pupils afterwards which was fairer."),
        new(
            "Persuade a family to spend a rainy holiday week without screens. Constraint: describe one whole afternoon.",
            "A week of rain without screens sounds like a week of hearing \"I'm bored\".",
            "But boredom lasts about an hour, and what comes after it is what everyone remembers of the holiday.",
            "Picture an afternoon: at two a blanket over four chairs, at three a quarrel about the rules of a game that you have invented, at five soup that the children have cut, at seven the story goes on by torchlight.",
            "Put the devices into one drawer on Monday, and let the children keep the key."),
        new(
            "Persuade a shop's customers to bring back glass jars. Constraint: at most sixty words.",
            "Carrying glass around is a nuisance.",
            "But a jar that comes back is filled again as it is.",
            "Leave it by the door tonight; it will remind you itself.",
            "Bring one, next time you come anyway."),
        new(
            "Persuade a manager to cancel a weekly meeting. Constraint: propose exactly what replaces it.",
            "The meeting exists because once something was missed.",
            "But most of its hour is spent on telling what could be read in a minute.",
            "In its place: by ten on Monday each writes three lines, what is done, what is next, what is stuck; whoever is stuck gets fifteen minutes with the two who can help.",
            "Cancel it for four weeks, and bring it back if anything is missed."),
        new(
            "Persuade a sceptical neighbour to help to dig a shared rain garden. Constraint: mention the mud.",
            "You have doubts about digging for something that half the street will look at.",
            "But rain that sinks in there is rain that doesn't stand in your cellar, and the heavy part is one morning's work.",
            "There will be mud: on the boots, on the spade and, by tradition, on whoever laughs first.",
            "Come for the first hour, with boots, and leave when you have had enough of it."),
        new(
            "Persuade a young musician to practise scales. Constraint: use one comparison from outside music.",
            "Scales are dull, and whoever says otherwise has forgotten.",
            "But when the fingers know the way, you can listen to the music instead of to your hands.",
            "It is like learning the streets of a town: nobody enjoys the map, and then one day you take a short cut without thinking.",
            "Five minutes, one key, slowly enough that no note is wrong; then play what you like."),
        new(
            "Persuade a village to hold its market in winter too. Constraint: speak as one of the stallholders.",
            "I know what you will say: in January nobody stops, and I have stood behind my own stall in the wind.",
            "But we who stand there have roots, cheese and bread to sell in winter too, and you still eat in winter.",
            "I would rather sell for two short hours at noon than not see you until Easter, and so would the woman with the eggs.",
            "Let us try the first Saturday of each month, with a fire in the middle of the square."),
        new(
            "Persuade a traveller to take the slow train instead of the short flight. Constraint: do not mention the climate.",
            "The flight is short, that is true.",
            "But of its hours you spend most in queues, and on the train you sit down once and the time is yours.",
            "You get a window, a table and a conversation that ends when you like, and you arrive in the middle of the town.",
            "Take the train one way, with a long book, and compare the two days."),
        new(
            "Persuade a hospital to let patients choose the pictures in their rooms. Constraint: include an objection from the cleaning staff.",
            "A picture is not a treatment, and nobody claims it.",
            "But a patient who looks at one wall for a week has one thing to decide, and it is this.",
            "The cleaning staff object that frames gather dust and every change is one more thing to wipe; so take prints behind one smooth pane, changed only between two patients.",
            "Offer one ward a box of twelve pictures, and ask both patients and cleaners after a month."),
        new(
            "Persuade a reader to write one letter by hand this month. Constraint: say to whom.",
            "It feels slow and a little solemn to write by hand.",
            "But a letter is the only message that somebody keeps in a drawer.",
            "Write it to the teacher who once let you off; she won't expect it, and needn't answer.",
            "One page, before the month is out: what happened, what you never said, and your name."),
        new(
            "Persuade a chess club to admit complete beginners on its serious evening. Constraint: speak to the strongest player.",
            "You come on the serious evening because there you meet those who can beat you, and they are few.",
            "But in three years the next ones who can beat you will be people who are beginners now, here or at another club.",
            "Give them the two boards by the door and one game against you each month; the rest of the evening stays as it is.",
            "Let four of them in until the summer, and look at their games yourself."),
        new(
            "Persuade a commuter to give up their seat more often. Constraint: no moralising.",
            "After a day of work a seat is a small kingdom, and it is yours.",
            "But standing for three stops costs little, and it gives you the best view of the carriage and legs that are awake when you get off.",
            "Nothing is owed and nobody counts; some evenings you will stay seated, and that is that.",
            "Try it on the ride on which you sit the longest anyway."),
        new(
            "Persuade an office to adopt an hour of silence each morning. Constraint: say what happens to urgent calls.",
            "An hour without questions sounds like an hour in which everything stops.",
            "But that is when the piece of work gets done that otherwise waits until evening.",
            "Urgent calls go to one person, another one each day, who sits by the door and may disturb anybody.",
            "Try it from nine to ten for two weeks, and ask at the end what went wrong."),
    ];
}
