import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints one line per profile and file: profile, true or false, number of checks, path; and a line per failed rule.
 * The profiles are veraPDF's own, read here because the jar brings no implementation of JAXB.
 */
public class Verify {
    private static final String FOLDER = "/org/verapdf/pdfa/validation/";

    public static void main(String[] files) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        ValidationProfile[] profiles = {
            profile(PDFAFlavour.fromString("3a"), "PDFA-3A.xml"), profile(PDFAFlavour.fromString("ua1"), "PDFUA-1.xml")};
        for (String file : files) {
            for (ValidationProfile one : profiles) {
                check(new File(file), one);
            }
        }
    }

    private static void check(File file, ValidationProfile profile) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, profile.getPDFAFlavour())) {
            PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false);
            ValidationResult result = validator.validate(parser);
            System.out.println(profile.getPDFAFlavour().getId() + " " + result.isCompliant() + " "
                + result.getTotalAssertions() + " " + file);
            for (TestAssertion one : result.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    System.out.println("  " + one.getRuleId().getClause() + ": " + one.getMessage());
                }
            }
        }
    }

    private static ValidationProfile profile(PDFAFlavour flavour, String name) throws Exception {
        Element root;
        try (InputStream in = Verify.class.getResourceAsStream(FOLDER + name)) {
            root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in).getDocumentElement();
        }
        Set<Rule> rules = new HashSet<>();
        for (Element rule : all(root, "rule")) {
            rules.add(rule(rule));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element one : all(root, "variable")) {
            variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"),
                text(one, "defaultValue"), text(one, "value")));
        }
        return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues(name, name, name, new Date(0)),
            "", rules, variables);
    }

    private static Rule rule(Element rule) {
        Element id = all(rule, "id").get(0);
        List<ErrorArgument> none = new ArrayList<>();
        Boolean deferred = rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null;
        return Profiles.ruleFromValues(
            Profiles.ruleIdFromValues(PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
                id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber"))),
            rule.getAttribute("object"), deferred, rule.getAttribute("tags"), text(rule, "description"),
            text(rule, "test"), Profiles.errorFromValues(text(rule, "message"), none), new ArrayList<>());
    }

    private static List<Element> all(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    private static String text(Element parent, String name) {
        return all(parent, name).get(0).getTextContent().trim();
    }
}
