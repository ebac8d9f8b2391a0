"""Given names that are common enough to be taken for a person when nobody of that name is known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from relay.ask.wordlist import listed

if TYPE_CHECKING:
    from nicknames import NickNamer

GIVEN_NAMES = listed(
    "aaron abby abdul abigail adam adrian ahmed aidan aisha alan albert alberto alejandro alex alexa alexander alexandra alexis "
    "alfred ali alice alicia alison allison alma alvin amanda amber amelia amir amy ana andre andrea andreas andrew andy angel "
    "angela angelina angus anita ann anna annabel anne annette annie anthony antoine antonia antonio anya april archie ariana "
    "ariel arjun arnold arthur arturo asha ashley astrid aubrey audrey aurora austin ava axel barbara barry beatrice becky bella "
    "ben benjamin bernard bernice beth betty beverly bill billy bob bobby bonnie boris brad bradley brandon brenda brendan brian "
    "bridget brittany brooke bruce bruno bryan caitlin caleb calvin cameron camille carl carla carlos carmen carol carolina "
    "caroline carolyn carrie casey catherine cathy cecilia celia chad charlene charles charlie charlotte chelsea chen cheryl "
    "chiara chloe chris christian christina christine christopher cindy claire clara clark claudia clifford clint clive cody colin "
    "colleen connie connor conrad corey courtney craig cristina crystal curtis cynthia daisy dale damian dan dana daniel daniela "
    "daniella danielle danny daphne darren darryl dave david dawn dean deborah debra deepa delia denise dennis derek desmond diana "
    "diane diego dieter dimitri dmitri dolores dominic don donald donna dora doris dorothy doug douglas duncan dustin dwight dylan "
    "earl eddie edgar edith edmund eduardo edward edwin eileen elaine eleanor elena eli elias elijah elisa elisabeth elise eliza "
    "elizabeth ella ellen ellie elliot elliott ellis elsa elsie emil emilia emilio emily emma emmanuel enrique eric erica erik "
    "erika erin ernest ernesto esther ethan eugene eva evan eve evelyn fabian fatima felicia felicity felipe felix fernando finn "
    "fiona flora florence frances francesca francesco francis francisco frank franz fred freddie frederick freya friedrich gabriel "
    "gabriela gabriella gail gareth gary gavin gemma gene geoff geoffrey george georgia georgina gerald gerard gina giovanni "
    "giulia gloria gordon grace graham grant greg gregory greta guillermo gus gustav guy gwen hank hanna hannah hans harold "
    "harriet harry harvey hassan hazel heather hector heidi helen helena helga henrik henry herbert herman hilary hiroshi holly "
    "howard hugh hugo ian ibrahim ida ignacio igor imogen ines ingrid irene iris isaac isabel isabella isabelle isla ivan ivy jack "
    "jackie jackson jacob jacqueline jacques jade jake james jamie jan jane janet janice jared jasmine jason javier jay jean jeff "
    "jeffrey jen jenna jennifer jenny jeremy jerome jerry jesse jessica jessie jesus jill jim jimmy joan joanna joanne joe joel "
    "joey johan johannes john johnny jon jonas jonathan jordan jorge jose josef joseph josephine josh joshua joyce juan juanita "
    "judith judy julia julian juliana julie juliet julio julius june jurgen justin karen karim karin karl kate katherine kathleen "
    "kathryn kathy katie katrina kay kayla keith kelly ken kenji kenneth kenny kevin khalid kim kimberly klaus kristen kristin "
    "kristina kurt kyle lance lars laura lauren laurence laurie lawrence leah lee leila lena leo leon leonard leonardo leroy "
    "leslie lewis liam lillian lily linda lindsay lisa liz lloyd logan lois lola lorenzo lori lorraine louis louisa louise luca "
    "lucas lucia lucy luis luisa luka lukas luke luna lydia lynn mabel madeleine madison maggie malcolm manuel marc marcel marcia "
    "marco marcus margaret maria mariana marianne marie marilyn mario marion marisol marjorie mark marta martha martin marvin mary "
    "mason mateo mathilda matt matteo matthew maureen maurice max maxine maya megan mei melanie melissa mercedes meredith mia "
    "michael michelle miguel mike mila milan mildred miles milo mina miranda miriam mitchell mohamed mohammed moira molly monica "
    "monika morgan moritz muhammad muriel nadia nancy naomi natalia natalie natasha nathan nathaniel neil nellie nicholas nick "
    "nicola nicolas nicole nigel nikita nikolai nina noah noel noelle nora norma norman olaf olga oliver olivia omar ophelia oscar "
    "oskar otto owen pablo paige pam pamela paola pascal pat patricia patrick patty paul paula pauline pedro peggy penelope penny "
    "perry pete peter petra phil philip philippa phillip phoebe phyllis pierre priya rachel rafael raj rajesh ralph ramon randy "
    "raquel raul ravi ray raymond rebecca regina reginald renata rene ricardo richard rick ricky rita rob robert roberta roberto "
    "robin rodney roger roland roman ron ronald ronnie rosa rosalie rose rosemary rosie ross roxanne roy ruben ruby rudolf rudy "
    "rupert russell ruth ryan sabine sabrina sally salma sam samantha samir samuel sandra sandy sanjay santiago sara sarah sasha "
    "saul scott sean sebastian selena serena sergei sergio seth shane shannon sharon shaun shawn sheila shelley sherry shirley "
    "sidney sienna silvia simon simone sofia sonia sonja sonya sophia sophie stacey stacy stan stanley stefan stella stephanie "
    "stephen steve steven stuart sue summer susan susanna susie suzanne sven sylvia tamara tammy tania tanya tara tatiana taylor "
    "ted terence teresa terry tess thelma theo theodore theresa thomas tiffany tim timothy tina toby todd tom tomas tommy tony "
    "tracey tracy travis trevor tristan troy tyler ursula valentina valerie vanessa vera vernon veronica vicki vicky victor "
    "victoria vijay vincent viola violet virginia vivian vlad vladimir wade walter wanda warren wayne wei wendy wendell wesley "
    "wilhelm will william willie wolfgang xavier yasmin yolanda yuki yusuf yvette yvonne zach zachary zara zoe "
)


@lru_cache(maxsize=1024)
def longer_names(nickname: str) -> frozenset[str]:
    """Given names that ``nickname`` is short for: "bob" -> "robert" (of the ``nicknames`` collection)."""
    return frozenset(_namer().canonicals_of(nickname)) if nickname.isascii() else frozenset()


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    from nicknames import NickNamer

    return NickNamer()
